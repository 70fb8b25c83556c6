import { Effect } from "effect"
import { type Component, ComponentStore } from "../../src/index.ts"
import type { Chance } from "../support/Mutations.ts"
import { drawProgram, drawReport } from "./draw.ts"
import type { Guest } from "./Guest.ts"
import { type Host, observe } from "./observe.ts"
import { encode, type Program, show } from "./Program.ts"

/** Requests in order, and the last one, which saw something of them. */
export interface Leak {
  readonly guest: string
  readonly requests: ReadonlyArray<Program>
  readonly last: Program
}

/** A leak in the form in which one is kept. */
export const showLeak = ({ guest, requests, last }: Leak): string =>
  JSON.stringify({ guest, requests: requests.map(show), last: show(last) }, null, 2)

const casesOfRound = 25
const mostRequests = 3
const mostTrials = 120

let installs = 0

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

/** Runs programs of one guest as requests of one install, and looks for what a request shows of those before it. */
export const makeFinder = <R>(guest: Guest, component: Component, host: Host<R>) => {
  let requests = 0

  const request = (install: string, program: Program) => {
    requests += 1
    return observe(component, install, encode(program, guest.names), host)
  }
  const newInstall = (): string => `install-${installs++}`

  /** What a program shows where nothing ran before. */
  const alone = (program: Program) => request(newInstall(), program)

  /** What the last program shows otherwise after the requests than alone; null where it is the same. */
  const difference = Effect.fnUntraced(function* (before: ReadonlyArray<Program>, last: Program) {
    const expected = yield* alone(last)
    const install = newInstall()
    for (const program of before) yield* request(install, program)
    return firstDifference(expected, yield* request(install, last))
  })

  /** The leak with as few requests and instructions as it needs. */
  const shrink = Effect.fnUntraced(function* (before: ReadonlyArray<Program>, last: Program) {
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
    for (const i of smallest.requests.keys()) {
      yield* withoutOne(smallest.requests[i] ?? [], (rest) => ({
        ...smallest,
        requests: smallest.requests.with(i, rest)
      }))
    }
    yield* withoutOne(smallest.last, (rest) => ({ ...smallest, last: rest }))
    return smallest
  })

  /** One report, alone, and then again and again after random requests of one install. Tells the first leak. */
  const round = Effect.fnUntraced(function* (chance: Chance) {
    const language = { features: guest.features, imports: guest.imports, deadly: false }
    const last = drawReport(chance, language)
    const expected = yield* alone(last)
    const install = newInstall()
    const before: Array<Program> = []
    for (let cases = 0; cases < casesOfRound; cases++) {
      for (let left = 1 + chance.below(mostRequests); left > 0; left--) {
        const program = drawProgram(chance, { ...language, deadly: chance.below(12) === 0 })
        yield* request(install, program)
        before.push(program)
      }
      const seen = firstDifference(expected, yield* request(install, last))
      if (seen !== null) {
        const again = (yield* difference(before, last)) !== null
        const leak: Leak = { guest: guest.name, ...(again ? yield* shrink(before, last) : { requests: before, last }) }
        return `${again ? "" : "not seen again: "}${showLeak(leak)}\n${(yield* difference(leak.requests, leak.last)) ?? seen}`
      }
      before.push(last)
    }
    return null
  })

  return { difference, round, requests: () => requests }
}
