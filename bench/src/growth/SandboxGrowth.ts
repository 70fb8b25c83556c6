import { loadavg } from "node:os"
import { Effect } from "effect"
import { type Bench, BenchFailed, type BenchOptions } from "../Bench.ts"
import { machine } from "../Machine.ts"
import type { Report } from "../Report.ts"
import { workComponent } from "../sandbox/Guests.ts"
import { layerOurs, taken } from "../sandbox/Ours.ts"
import { temporaryDirectory } from "../sandbox/TemporaryDirectory.ts"
import { byInstalls } from "./ByInstalls.ts"
import { byKeptProcesses } from "./ByKeptProcesses.ts"
import { byMemory } from "./ByMemory.ts"
import { byBody, byPageSize } from "./ByPayload.ts"
import { byProcesses } from "./ByProcesses.ts"
import { replacedProcess } from "./ReplacedProcess.ts"

const run = (options: BenchOptions) =>
  Effect.gen(function* () {
    const { tell } = options
    const load = (loadavg()[0] ?? 0).toFixed(1)
    const directory = yield* temporaryDirectory
    yield* tell("building the component")
    const bytes = yield* Effect.promise(() => workComponent("quickjs", options.keep))
    const component = yield* Effect.provide(taken(bytes), layerOurs(directory))
    yield* tell("by processes")
    const processes = yield* byProcesses(component, options)
    yield* tell("by installs")
    const installs = yield* byInstalls(component, options)
    yield* tell("more installs than processes")
    const kept = yield* byKeptProcesses(component, options)
    const anew = yield* replacedProcess(component, options)
    yield* tell("by payload")
    const body = yield* byBody(component, options)
    const page = yield* byPageSize(component, options)
    yield* tell("by memory")
    const memory = yield* byMemory(component, options)
    const report: Report = {
      bench: "sandbox-growth",
      environment: {
        ...machine,
        "load before": load,
        component: `QuickJS, ${(bytes.byteLength / 1e6).toFixed(1)} MB`,
        request: "a list of 25 and a get, twice, on data in memory, where nothing else is said",
        scale: options.scale
      },
      tables: [processes.table, installs.table, kept.table, anew, body.table, page.table, memory.table],
      figures: {
        ...processes.figures,
        ...installs.figures,
        ...kept.figures,
        ...body.figures,
        ...page.figures,
        ...memory.figures
      }
    }
    return report
  }).pipe(
    Effect.mapError((error) =>
      error instanceof BenchFailed ? error : new BenchFailed({ why: `${error._tag}: ${error.message}` })
    )
  )

/** How the sandbox grows with its processes, the installs that it serves, and what a request carries. */
export const sandboxGrowth: Bench = {
  name: "sandbox-growth",
  summary: "how the sandbox grows with processes, installs, bodies and pages",
  run
}
