import { fork } from "node:child_process"
import { fileURLToPath } from "node:url"
import { Effect } from "effect"
import { BenchFailed } from "../Bench.ts"
import { processorTimeOf, processorTimeOfAll } from "./ProcessorTime.ts"

/** How runners are loaded: callers that ask again as soon as they are answered, each every install at every runner in turn. */
export interface FleetLoad {
  readonly urls: ReadonlyArray<string>
  readonly asked: ReadonlyArray<{ readonly headers: Readonly<Record<string, string>>; readonly body: string }>
  readonly callers: number
  readonly milliseconds: number
  readonly warmUp: number
  /** The bytes that each request carries to its handler beside what it asks. */
  readonly bodyBytes?: number
}

/** What the callers saw. Durations are milliseconds; the processor time is that of the callers' process. */
export interface FleetLoadResult {
  readonly seconds: number
  readonly requests: number
  readonly median: number
  readonly p99: number
  readonly mean: number
  readonly processorMs: number
}

/** What one execution cost on processors, in milliseconds, by who spent it. */
export interface Costs {
  readonly callers: number
  readonly runner: number
  readonly sandbox: number
  readonly database: number
}

/** A window of load: what the callers saw, and what it cost. */
export type Measured = FleetLoadResult & { readonly costs: Costs }

/** Loads runners from a process of its own, and sees what the runners and these database processes spend on it. */
export const loadFleet = (
  options: FleetLoad,
  runners: ReadonlyArray<number>,
  backends: () => Promise<ReadonlyArray<number>>
): Effect.Effect<Measured, BenchFailed> =>
  Effect.tryPromise({
    try: () =>
      new Promise<Measured>((resolve, reject) => {
        const child = fork(
          fileURLToPath(new URL("./clusterLoadProcess.ts", import.meta.url)),
          [JSON.stringify(options)],
          {
            execArgv: []
          }
        )
        const spent = async () => {
          const own = await Promise.all(runners.map(processorTimeOf))
          return {
            runner: own.reduce((sum, { own }) => sum + own, 0),
            sandbox: own.reduce((sum, { children }) => sum + children, 0),
            database: await processorTimeOfAll(await backends())
          }
        }
        let before = spent()
        child.on("error", reject)
        child.on("exit", (code) => reject(new Error(`the callers ended with ${code}`)))
        child.on("message", (message: "warm" | FleetLoadResult) => {
          if (message === "warm") {
            before = spent()
            return
          }
          child.removeAllListeners("exit")
          Promise.all([before, spent()]).then(([from, to]) => {
            const each = (key: "runner" | "sandbox" | "database") => (to[key] - from[key]) / message.requests
            resolve({
              ...message,
              costs: {
                callers: message.processorMs / message.requests,
                runner: each("runner"),
                sandbox: each("sandbox"),
                database: each("database")
              }
            })
          }, reject)
        })
      }),
    catch: (cause) => new BenchFailed({ why: `the load on ${options.urls.join(", ")} failed: ${cause}` })
  })
