/**
 * Asks 1,000 installs of 20 components by a Zipf law, with 2 GiB for idle processes and a process for each component:
 * `pnpm soak [seconds] [install|component]`, 3,600 seconds where nothing is said. Four callers ask again as soon as they are
 * answered. It prints what is used as it goes. It ends with 1 where an answer was wrong or missing, where memory, open files or
 * processes rose over the second half, or where a child was left, be it a zombie.
 */
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { endProgram } from "@alga-psa/ext-adapters-wit/ProgramEnd"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Console, Effect, Fiber } from "effect"
import { BenchFailed } from "../Bench.ts"
import { numbers } from "../Numbers.ts"
import { guestProcesses, memoryOfGuest } from "../sandbox/GuestProcesses.ts"
import { workComponent } from "../sandbox/Guests.ts"
import { expected } from "../sandbox/MockData.ts"
import { temporaryDirectory } from "../sandbox/TemporaryDirectory.ts"
import { riseOf } from "./Flat.ts"
import { alike, layerZipf, zipfCallers, zipfComponents, zipfInstalls, zipfRequests } from "./ZipfLoad.ts"

const looks = 60
/** Memory moves with the garbage collector's pace, and processes with who makes room: by less than this share. */
const mostRise = 0.1

const seconds = Number(process.argv[2] ?? 3_600)
const mode = process.argv[3] === "install" ? "install" : "component"
const keep = fileURLToPath(new URL("../../.cache", import.meta.url))

/** Processes that this one started and has not seen end, with their state: Z is a zombie. */
const children = (): ReadonlyArray<string> =>
  readFileSync(`/proc/self/task/${process.pid}/children`, "latin1")
    .split(" ")
    .filter(Boolean)
    .map((pid) => {
      try {
        return /\) (\S)/.exec(readFileSync(`/proc/${pid}/stat`, "latin1"))?.[1] ?? "?"
      } catch {
        return "gone"
      }
    })

const look = () => {
  const guests = guestProcesses()
  const own = guests.map((pid) => {
    try {
      return memoryOfGuest(pid).anonymous
    } catch {
      return 0
    }
  })
  return {
    "processes' own MB": own.reduce((sum, mb) => sum + (Number.isFinite(mb) ? mb : 0), 0),
    "this program's MB": process.memoryUsage.rss() / 1e6,
    "open files": readdirSync("/proc/self/fd").length,
    processes: guests.length
  }
}

const soak = Effect.gen(function* () {
  const directory = yield* temporaryDirectory
  const bytes = yield* Effect.promise(() => workComponent("quickjs", keep))
  yield* Console.log(`taking in ${zipfComponents} components`)
  const components = yield* alike(join(directory, "components"), bytes, zipfComponents)
  const seen: Array<ReturnType<typeof look>> = []
  const wrong = new Map<string, number>()
  let asked = 0
  let answered = 0

  yield* Effect.gen(function* () {
    const draw = zipfRequests(components, zipfInstalls, numbers())
    const began = performance.now()
    const elapsed = () => (performance.now() - began) / 1_000
    const once = Effect.suspend(() => {
      asked += 1
      return Effect.match(draw(), {
        onFailure: ({ detail, reason }) => `${reason}: ${detail}`,
        onSuccess: ({ body }) =>
          new TextDecoder().decode(body ?? new Uint8Array()) === expected ? null : "another answer"
      })
    })
    const counted = Effect.tap(once, (fault) =>
      Effect.sync(() => {
        if (fault === null) answered += 1
        else wrong.set(fault, (wrong.get(fault) ?? 0) + 1)
      })
    )
    const caller = Effect.repeat(counted, { while: () => elapsed() < seconds })
    const callers = yield* Effect.forkChild(
      Effect.forEach(Array.from({ length: zipfCallers }), () => caller, { concurrency: "unbounded", discard: true })
    )
    while (elapsed() < seconds) {
      yield* Effect.sleep(Math.min(seconds / looks, seconds - elapsed()) * 1_000)
      const now = look()
      seen.push(now)
      const zombies = children().filter((state) => state === "Z").length
      const told = Object.entries(now).map(([what, count]) => `${what} ${count.toFixed(0)}`)
      yield* Console.log(`${elapsed().toFixed(0)} s, ${answered} answered, zombies ${zombies}: ${told.join("; ")}`)
    }
    yield* Fiber.join(callers)
  }).pipe(Effect.provide(layerZipf(directory, mode)), Effect.scoped)

  const left = children()
  const later = seen.slice(seen.length / 2)
  const rises = Object.keys(later[0] ?? {}).map((what) => {
    const rise = riseOf(later.map((one) => one[what as keyof typeof one]))
    return { what, rise }
  })
  yield* Console.log(`${seconds} s by ${mode}: ${asked} asked, ${answered} answered, ${left.length} children left`)
  for (const { rise, what } of rises)
    yield* Console.log(`over the second half ${what} rose by ${(rise * 100).toFixed(1)} %`)
  const faults = [
    ...[...wrong].map(([fault, count]) => `${count} times ${fault}`),
    ...(answered === asked ? [] : [`${asked - answered} requests were lost`]),
    ...(left.length === 0 ? [] : [`children are left, by their states: ${left.join(" ")}`]),
    ...rises.filter(({ rise }) => rise > mostRise).map(({ what }) => `${what} rose over the second half`)
  ]
  if (faults.length > 0) return yield* new BenchFailed({ why: faults.join("\n") })
})

Effect.scoped(soak).pipe(
  Effect.tapError((error) => Console.error(error.message)),
  Effect.provide(NodeServices.layer),
  NodeRuntime.runMain({ disableErrorReporting: true, teardown: endProgram(() => 1) })
)
