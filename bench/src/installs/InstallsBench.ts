import { loadavg } from "node:os"
import type { Component, SandboxOptions } from "@alga-psa/ext-adapters-wit"
import { Effect, Schedule } from "effect"
import { type Bench, BenchFailed, type BenchOptions } from "../Bench.ts"
import { machine } from "../Machine.ts"
import { numbers } from "../Numbers.ts"
import type { Report, Table } from "../Report.ts"
import { atOnce, sampleOf } from "../Sample.ts"
import { guestProcesses, memoryOfGuest } from "../sandbox/GuestProcesses.ts"
import { workComponent } from "../sandbox/Guests.ts"
import { layerOurs, request, taken } from "../sandbox/Ours.ts"
import { temporaryDirectory } from "../sandbox/TemporaryDirectory.ts"
import { openLoop } from "./OpenLoop.ts"
import { zipf } from "./Zipf.ts"

type ProcessPer = SandboxOptions["processPer"]

const modes = ["install", "component"] as const
const warmUps = 20
const rounds = 15
/** In this time a process loads a component ahead. */
const pauseMs = 1_000
const sandboxMb = 2_048

/** The component with a section that means nothing, so that it is another one. */
const another = (component: Uint8Array, at: number): Uint8Array => {
  const name = Buffer.from(`number ${at}`)
  return Buffer.concat([component, Uint8Array.of(0, name.byteLength + 1, name.byteLength), name])
}

const timed = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const before = performance.now()
    yield* effect
    return performance.now() - before
  })

/** Requests of 16 installs at random, one after another, on two processes that are kept. */
const atRandom = Effect.fnUntraced(function* (directory: string, component: Component, options: BenchOptions) {
  const measured = (processPer: ProcessPer) =>
    Effect.gen(function* () {
      const calls = Array.from({ length: 16 }, (_, at) => request(component, { installId: `install ${at}` }))
      const next = numbers()
      const draw = () => calls[Math.floor(next() * calls.length)] ?? Effect.void
      yield* Effect.repeat(Effect.suspend(draw), { times: warmUps })
      const { durations, milliseconds } = yield* atOnce([Effect.suspend(draw)], options.budget)
      return { ...sampleOf(durations), rate: (durations.length / milliseconds) * 1_000 }
    }).pipe(Effect.provide(layerOurs(directory, { idleProcesses: 2, processPer })), Effect.scoped)
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

/** What one more install takes that a process of its component keeps ready. */
const memoryOfInstall = Effect.fnUntraced(function* (directory: string, component: Component) {
  const after = (installs: number) =>
    Effect.gen(function* () {
      const before = new Set(guestProcesses())
      for (let at = 0; at < installs; at++) {
        yield* Effect.repeat(request(component, { installId: `install ${at}` }), Schedule.recurs(5))
      }
      return guestProcesses()
        .filter((pid) => !before.has(pid))
        .reduce((sum, pid) => sum + memoryOfGuest(pid).proportional, 0)
    }).pipe(Effect.provide(layerOurs(directory, { processPer: "component", spares: 0 })), Effect.scoped)
  const [few, many] = [20, 100]
  const [fewMb, manyMb] = [yield* after(few), yield* after(many)]
  const each = (manyMb - fewMb) / (many - few)
  const table: Table = {
    title: "Memory of one process that keeps installs of its component ready (MB, its own share)",
    columns: ["each more", "goal", "met", `${few} installs`, `${many} installs`],
    rows: [[each, 2, each <= 2 ? "yes" : "NO", fewMb, manyMb]]
  }
  return { table, figures: { "each more install kept in a process, MB": each } }
})

/** Many installs of some components, asked by a Zipf law, within 2 GiB. */
const byZipf = Effect.fnUntraced(function* (directory: string, bytes: Uint8Array, options: BenchOptions) {
  const [installs, kinds] = [Math.max(20, 1_000 * options.scale), Math.max(2, 20 * options.scale)].map(Math.round) as [
    number,
    number
  ]
  yield* options.tell(`taking in ${kinds} components`)
  const components = yield* Effect.forEach(
    Array.from({ length: kinds }, (_, at) => another(bytes, at)),
    taken
  ).pipe(Effect.provide(layerOurs(directory)), Effect.scoped)
  const measured = (processPer: ProcessPer) =>
    Effect.gen(function* () {
      yield* options.tell(`a process for each ${processPer}`)
      const calls = Array.from({ length: installs }, (_, at) =>
        request(components[at % kinds] as Component, { installId: `install ${at}` })
      )
      const next = numbers()
      const place = zipf(installs, next)
      const draw = () => calls[place()] ?? Effect.void
      const callers = Array.from({ length: 4 }, () => Effect.suspend(draw))
      yield* atOnce(callers, options.budget)
      const { durations, milliseconds } = yield* atOnce(callers, options.budget)
      const most = (durations.length / milliseconds) * 1_000
      const half = yield* openLoop(draw, most / 2, options.budget * 2, next)
      const processes = guestProcesses().map(memoryOfGuest)
      return { ...sampleOf(half.durations), most, failed: half.failed, processes }
    }).pipe(
      Effect.provide(
        layerOurs(directory, {
          concurrency: 4,
          concurrencyPerInstall: 4,
          concurrencyPerTenant: 4,
          queueLength: 100_000,
          idleProcesses: 64,
          idleMb: sandboxMb,
          loadedSpares: 4,
          processPer
        })
      ),
      Effect.scoped
    )
  const found = yield* Effect.forEach(modes, (mode) => Effect.map(measured(mode), (it) => ({ mode, ...it })))
  const table: Table = {
    title: `${installs} installs of ${kinds} components, by a Zipf law (s = 1), 2 GiB for idle processes`,
    columns: [
      ...["a process for each", "at most, requests/s", "at half of it: requests/s", "median ms", "p99 ms"],
      ...["requests", "failed", "processes", "their own MB"]
    ],
    rows: found.map(({ failed, median, mode, most, p99, processes, runs }) => [
      mode,
      most,
      most / 2,
      median,
      p99,
      runs,
      failed,
      processes.length,
      processes.reduce((sum, { proportional }) => sum + proportional, 0)
    ])
  }
  const shared = found.find(({ mode }) => mode === "component")
  const figures = {
    "many installs at half the most, by component: median ms": shared?.median ?? Number.NaN,
    "many installs at half the most, by component: p99 ms": shared?.p99 ?? Number.NaN
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
    const random = yield* atRandom(directory, component, options)
    yield* options.tell("first requests")
    const first = yield* firstOfInstall(directory, component)
    yield* options.tell("memory")
    const memory = yield* memoryOfInstall(directory, component)
    const many = yield* byZipf(directory, bytes, options)
    const parts = [random, first, memory, many]
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
