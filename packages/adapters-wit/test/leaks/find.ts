import type { Chance } from "@alga-psa/ext-adapters-memory/contract/Chance"
import { Effect } from "effect"
import { type Component, ComponentStore, type SandboxService } from "../../src/index.ts"
import { drawProgram, drawReport } from "./draw.ts"
import type { Guest } from "./Guest.ts"
import { type Host, observe } from "./observe.ts"
import { encode, type Program, show } from "./Program.ts"

/** One request: its program, and the number of the install that asks; even and odd ones are of different tenants. */
export interface Asked {
  readonly by: number
  readonly program: Program
}

/** Requests in order, and the last one, which saw something of them. */
export interface Leak {
  readonly guest: string
  readonly requests: ReadonlyArray<Asked>
  readonly last: Asked
}

/** A leak in the form in which one is kept. */
const showLeak = ({ guest, requests, last }: Leak): string =>
  JSON.stringify(
    {
      guest,
      by: [...requests, last].map(({ by }) => by),
      requests: requests.map(({ program }) => show(program)),
      last: show(last.program)
    },
    null,
    2
  )

/** Where programs run. */
export interface Places {
  /** Where a request runs alone, in a process of its own. */
  readonly alone: SandboxService
  /** Where it runs after others. */
  readonly together: SandboxService
  /** Whether those others are of several installs. */
  readonly shared: boolean
}

const casesOfRound = 60
const casesOfDeadlyRound = 6
const mostRequests = 3
const mostTrials = 120
/** Installs that ask in turns; who failed once is served apart, so that others take their places. */
const installsAtOnce = 4

let rounds = 0

/** Takes a guest in; null where intake refuses it. */
export const takeIn = Effect.fnUntraced(function* (guest: Guest) {
  const store = yield* ComponentStore
  const bytes = yield* Effect.promise(guest.bytes)
  return yield* store.accept(bytes).pipe(Effect.catchTag("ComponentRefused", () => Effect.succeed(null)))
})

const cut = (line: string, at: number): string => line.slice(Math.max(0, at - 40), at + 60)

const firstDifference = (expected: string | null, seen: string | null): string | null => {
  if (expected === null || seen === null || expected === seen) return null
  let at = 0
  while (expected[at] === seen[at]) at += 1
  return `at ${at}\nalone ${cut(expected, at)}\nafter ${cut(seen, at)}`
}

/** Runs programs of one guest as requests of one install, or of several, and looks for what a request shows of those before it. */
export const makeFinder = <R>(guest: Guest, component: Component, host: Host<R>, places: Places) => {
  let requests = 0

  const request = (sandbox: SandboxService, round: number, { by, program }: Asked) => {
    requests += 1
    const party = { tenantId: `tenant-${by % 2}`, installId: `install-${round}-${by}` }
    return observe(sandbox, component, party, encode(program, guest.names), host)
  }

  /** What a program shows where nothing ran before. */
  const alone = (asked: Asked) => request(places.alone, rounds++, asked)

  /** What the last program shows otherwise after the requests than alone; null where it is the same. */
  const difference = Effect.fnUntraced(function* (before: ReadonlyArray<Asked>, last: Asked) {
    const expected = yield* alone(last)
    const round = rounds++
    for (const asked of before) yield* request(places.together, round, asked)
    return firstDifference(expected, yield* request(places.together, round, last))
  })

  /** The leak with as few requests and instructions as it needs. */
  const shrink = Effect.fnUntraced(function* (before: ReadonlyArray<Asked>, last: Asked) {
    let trials = 0
    let smallest = { requests: before, last }
    const attempt = Effect.fnUntraced(function* (smaller: typeof smallest) {
      if (trials++ >= mostTrials || (yield* difference(smaller.requests, smaller.last)) === null) return false
      smallest = smaller
      return true
    })
    const withoutOne = Effect.fnUntraced(function* <A>(
      list: ReadonlyArray<A>,
      smaller: (rest: ReadonlyArray<A>) => typeof smallest
    ) {
      let rest = list
      for (let size = Math.ceil(list.length / 2); size > 0; size = size === 1 ? 0 : Math.ceil(size / 2)) {
        for (let at = 0; at < rest.length; ) {
          const fewer = rest.toSpliced(at, size)
          if (yield* attempt(smaller(fewer))) rest = fewer
          else at += size
        }
      }
    })
    yield* withoutOne(smallest.requests, (rest) => ({ ...smallest, requests: rest }))
    for (const [i, asked] of smallest.requests.entries()) {
      yield* withoutOne(asked.program, (program) => ({
        ...smallest,
        requests: smallest.requests.with(i, { ...asked, program })
      }))
    }
    const { by, program } = smallest.last
    yield* withoutOne(program, (rest) => ({ ...smallest, last: { by, program: rest } }))
    return smallest
  })

  /** One report, alone, and then again and again after random requests. Tells the first leak. */
  const round = Effect.fnUntraced(function* (chance: Chance) {
    const language = { features: guest.features, imports: guest.imports, deadly: false }
    const last = drawReport(chance, language)
    const expected = yield* alone({ by: 0, program: last })
    const number = rounds++
    let newest = installsAtOnce - 1
    const drawInstall = (): number => {
      if (!places.shared) return 0
      newest += chance.below(5) === 0 ? 1 : 0
      return newest - chance.below(installsAtOnce)
    }
    const before: Array<Asked> = []
    const most = expected?.startsWith("{") ? casesOfRound : casesOfDeadlyRound
    for (let cases = 0; cases < most; cases++) {
      for (let left = 1 + chance.below(mostRequests); left > 0; left--) {
        const program = drawProgram(chance, { ...language, deadly: chance.below(20) === 0 })
        const asked = { by: drawInstall(), program }
        yield* request(places.together, number, asked)
        before.push(asked)
      }
      const asked = { by: drawInstall(), program: last }
      const seen = firstDifference(expected, yield* request(places.together, number, asked))
      if (seen !== null) {
        const again = (yield* difference(before, asked)) !== null
        const smallest = again ? yield* shrink(before, asked) : { requests: before, last: asked }
        const leak: Leak = { guest: guest.name, ...smallest }
        return `${again ? "" : "not seen again: "}${showLeak(leak)}\n${(yield* difference(leak.requests, leak.last)) ?? seen}`
      }
      before.push(asked)
    }
    return null
  })

  return { difference, round, requests: () => requests }
}
