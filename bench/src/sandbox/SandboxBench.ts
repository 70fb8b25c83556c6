import { createHash } from "node:crypto"
import { writeFile } from "node:fs/promises"
import { loadavg } from "node:os"
import { join } from "node:path"
import { Effect } from "effect"
import { type Bench, BenchFailed, type BenchOptions } from "../Bench.ts"
import { machine } from "../Machine.ts"
import type { Report } from "../Report.ts"
import { boundary } from "./Boundary.ts"
import { events, memory, twoProcesses } from "./Events.ts"
import { workComponent } from "./Guests.ts"
import { page } from "./MockData.ts"
import { layerOurs, taken } from "./Ours.ts"
import { race } from "./Race.ts"
import { temporaryDirectory } from "./TemporaryDirectory.ts"

const measure = (directory: string, options: BenchOptions) =>
  Effect.gen(function* () {
    yield* options.tell("building the components")
    const [small, large] = yield* Effect.promise(() =>
      Promise.all([workComponent("quickjs", options.keep), workComponent("starlingmonkey", options.keep)])
    )
    const environment: Report["environment"] = {
      ...machine,
      "load before": (loadavg()[0] ?? 0).toFixed(1),
      "bytes of a list as JSON": JSON.stringify(page).length,
      components: `QuickJS ${(small.byteLength / 1e6).toFixed(1)} MB, StarlingMonkey ${(large.byteLength / 1e6).toFixed(1)} MB`
    }
    const file = join(directory, `${createHash("sha256").update(small).digest("hex")}.wasm`)
    yield* Effect.promise(() => writeFile(file, small))
    const quickjs = yield* taken(small)
    const starlingmonkey = yield* taken(large)
    yield* options.tell("everyone in turns")
    const raced = yield* race(quickjs, starlingmonkey, options)
    yield* options.tell("the process boundary")
    const added = yield* boundary(quickjs, file, options)
    yield* options.tell("one process and two")
    const two = yield* twoProcesses(directory, quickjs, options)
    yield* options.tell("loops, first requests, memory")
    const single = yield* events(quickjs, small)
    const held = yield* memory(directory, quickjs)
    const parts = [added, two, single, held]
    const report: Report = {
      bench: "sandbox",
      environment,
      tables: [...raced.tables, ...parts.map(({ table }) => table)],
      figures: Object.assign({}, raced.figures, ...parts.map(({ figures }) => figures))
    }
    return report
  }).pipe(Effect.provide(layerOurs(directory)))

/** The sandbox of `adapters-wit` beside other ways to run an extension, all on mock data. */
export const sandbox: Bench = {
  name: "sandbox",
  summary: "requests in the sandbox, beside isolated-vm, QuickJS, Extism, worker threads and a local HTTP API",
  run: (options) =>
    Effect.flatMap(temporaryDirectory, (directory) => measure(directory, options)).pipe(
      Effect.mapError((error) =>
        error instanceof BenchFailed ? error : new BenchFailed({ why: `${error._tag}: ${error.message}` })
      )
    )
}
