import { loadavg } from "node:os"
import type { Component, SandboxOptions } from "@alga-psa/ext-adapters-wit"
import { Effect, Schedule } from "effect"
import { type Bench, BenchFailed, type BenchOptions } from "../Bench.ts"
import { machine } from "../Machine.ts"
import type { Report, Table } from "../Report.ts"
import { sampleOf } from "../Sample.ts"
import { guestProcesses, memoryOfGuest } from "../sandbox/GuestProcesses.ts"
import { workComponent } from "../sandbox/Guests.ts"
import { layerOurs, request, taken } from "../sandbox/Ours.ts"
import { temporaryDirectory } from "../sandbox/TemporaryDirectory.ts"
import { atRandom } from "./AtRandom.ts"
import { alike, zipfComponents, zipfInstalls, zipfLoad } from "./ZipfLoad.ts"

type ProcessPer = SandboxOptions["processPer"]

const modes = ["install", "component"] as const
const warmUps = 20
const rounds = 15
/** In this time a process loads a component ahead. */
const pauseMs = 1_000

const timed = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const before = performance.now()
    yield* effect
    return performance.now() - before
  })

/** Requests of 16 installs at random, one after another, on two processes that are kept. */
const random = Effect.fnUntraced(function* (component: Component, options: BenchOptions) {
  const measured = (processPer: ProcessPer) =>
    atRandom(component, { installs: 16, kept: 2, processPer, fewest: 0, milliseconds: options.budget })
  const [byInstall, byComponent] = [yield* measured("install"), yield* measured("component")]
  const times = byComponent.rate / byInstall.rate
  const table: Table = {
    title: "Requests of 16 installs at random, one after another, two processes kept, none loaded ahead",
    columns: ["x by install", "a process for each", "requests/s", "median ms", "p99 ms", "requests"],
    rows: [
      [1, "install", byInstall.rate, byInstall.median, byInstall.p99, byInstall.runs],
      [times, "component", byComponent.rate, byComponent.median, byComponent.p99, byComponent.runs]
    ]
  }
  return { table, figures: { "16 installs, 2 processes: by component / by install, requests a second": times } }
})

/** The first request of an install whose component another install has asked for. */
const firstOfInstall = Effect.fnUntraced(function* (directory: string, component: Component) {
  const measured = (given: Partial<SandboxOptions>) =>
    Effect.gen(function* () {
      let installs = 0
      yield* Effect.repeat(request(component, { installId: "known" }), { times: warmUps })
      const durations: Array<number> = []
      for (let round = 0; round < rounds; round++) {
        yield* Effect.sleep(pauseMs)
        durations.push(yield* timed(request(component, { installId: `new ${installs++}` })))
        yield* request(component, { installId: "known" })
      }
      return sampleOf(durations)
    }).pipe(Effect.provide(layerOurs(directory, { idleProcesses: 64, ...given })), Effect.scoped)
  const cases = [
    ["component, on its process", 8, yield* measured({ processPer: "component", loadedSpares: 4 })],
    ["install, on one that has loaded it", 30, yield* measured({ loadedSpares: 4 })],
    ["install, on a spare that has not", null, yield* measured({})]
  ] as const
  const table: Table = {
    title: "First request of an install whose component is known (ms)",
    columns: ["a process for each", "goal", "met", "median", "slowest", "requests"],
    rows: cases.map(([name, goal, { median, p99, runs }]) => [
      name,
      goal,
      goal === null ? null : median <= goal ? "yes" : "NO",
      median,
      p99,
      runs
    ])
  }
  const figures = {
    "first request of an install, by component, ms": cases[0][2].median,
    "first request of an install, on a process that has loaded its component, ms": cases[1][2].median
  }
  return { table, figures }
})

/** What one more install takes that is kept ready: in a process of its component, and with a process of its own. */
const memoryOfInstall = Effect.fnUntraced(function* (directory: string, component: Component) {
  const after = (processPer: ProcessPer, installs: number) =>
    Effect.gen(function* () {
      const before = new Set(guestProcesses())
      for (let at = 0; at < installs; at++) {
        yield* Effect.repeat(request(component, { installId: `install ${at}` }), Schedule.recurs(5))
      }
      return guestProcesses()
        .filter((pid) => !before.has(pid))
        .reduce((sum, pid) => sum + memoryOfGuest(pid).proportional, 0)
    }).pipe(Effect.provide(layerOurs(directory, { processPer, spares: 0, idleProcesses: 64 })), Effect.scoped)
  const measured = Effect.fnUntraced(function* (processPer: ProcessPer, few: number, many: number) {
    const [fewMb, manyMb] = [yield* after(processPer, few), yield* after(processPer, many)]
    return { few, many, fewMb, manyMb, each: (manyMb - fewMb) / (many - few) }
  })
  const byInstall = yield* measured("install", 5, 20)
  const byComponent = yield* measured("component", 20, 100)
  const table: Table = {
    title: "Memory of sandbox processes that keep installs of one component ready (MB, their own share)",
    columns: ["a process for each", "each more install", "goal", "met", "installs", "MB", "installs", "MB"],
    rows: [
      ["install", byInstall.each, null, null, byInstall.few, byInstall.fewMb, byInstall.many, byInstall.manyMb],
      [
        ...["component", byComponent.each, 2, byComponent.each <= 2 ? "yes" : "NO"],
        ...[byComponent.few, byComponent.fewMb, byComponent.many, byComponent.manyMb]
      ]
    ]
  }
  const figures = {
    "each more install kept in a process, MB": byComponent.each,
    "each more install kept: by component / by install, memory": byComponent.each / byInstall.each
  }
  return { table, figures }
})

/** Many installs of some components, asked by a Zipf law, within 2 GiB. */
const byZipf = Effect.fnUntraced(function* (directory: string, bytes: Uint8Array, options: BenchOptions) {
  const installs = Math.round(Math.max(20, zipfInstalls * options.scale))
  const kinds = Math.round(Math.max(2, zipfComponents * options.scale))
  yield* options.tell(`taking in ${kinds} components`)
  const components = yield* alike(directory, bytes, kinds)
  const found = yield* Effect.forEach(modes, (mode) =>
    Effect.gen(function* () {
      yield* options.tell(`a process for each ${mode}`)
      return { mode, ...(yield* zipfLoad(directory, components, installs, mode, options)) }
    })
  )
  const table: Table = {
    title: `${installs} installs of ${kinds} components, by a Zipf law (s = 1), 2 GiB for idle processes`,
    columns: [
      ...["a process for each", "at most, requests/s", "at half of it: requests/s", "median ms", "p99 ms"],
      ...["requests", "failed", "processes", "their own MB"]
    ],
    rows: found.map(({ failed, half, mode, most, processes }) => [
      mode,
      most.rate,
      half.rate,
      half.median,
      half.p99,
      half.runs,
      failed,
      processes.length,
      processes.reduce((sum, { proportional }) => sum + proportional, 0)
    ])
  }
  const shared = found.find(({ mode }) => mode === "component")
  const figures = {
    "many installs at half the most, by component: median ms": shared?.half.median ?? Number.NaN,
    "many installs at half the most, by component: p99 ms": shared?.half.p99 ?? Number.NaN
  }
  return { table, figures }
})

const run = (options: BenchOptions) =>
  Effect.gen(function* () {
    const load = (loadavg()[0] ?? 0).toFixed(1)
    const directory = yield* temporaryDirectory
    yield* options.tell("building the component")
    const bytes = yield* Effect.promise(() => workComponent("quickjs", options.keep))
    const component = yield* Effect.provide(taken(bytes), layerOurs(directory))
    yield* options.tell("installs at random")
    const atRandomly = yield* random(component, options)
    yield* options.tell("first requests")
    const first = yield* firstOfInstall(directory, component)
    yield* options.tell("memory")
    const memory = yield* memoryOfInstall(directory, component)
    const many = yield* byZipf(directory, bytes, options)
    const parts = [atRandomly, first, memory, many]
    const report: Report = {
      bench: "sandbox-installs",
      environment: {
        ...machine,
        "load before": load,
        component: `QuickJS, ${(bytes.byteLength / 1e6).toFixed(1)} MB`,
        request: "a list of 25 and a get, twice, on data in memory",
        scale: options.scale
      },
      tables: parts.map(({ table }) => table),
      figures: Object.assign({}, ...parts.map(({ figures }) => figures))
    }
    return report
  }).pipe(
    Effect.mapError((error) =>
      error instanceof BenchFailed ? error : new BenchFailed({ why: `${error._tag}: ${error.message}` })
    )
  )

/** Many installs of few components, with a process for each install and with one for each component. */
export const sandboxInstalls: Bench = {
  name: "sandbox-installs",
  summary: "many installs of few components, with a process for each install or for each component",
  run
}
