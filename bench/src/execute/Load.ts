import { execFile } from "node:child_process"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { Effect } from "effect"
import { BenchFailed } from "../Bench.ts"

/** How a server is loaded. */
export interface LoadOptions {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** Callers that each ask again as soon as they are answered. */
  readonly callers: number
  /** Asks so often instead, whether answers come or not; null for callers that wait. */
  readonly ratePerSecond: number | null
  readonly milliseconds: number
  /** Ends earlier after so many requests. */
  readonly requests?: number
  /** Milliseconds of the same load before anything counts. */
  readonly warmUp: number
}

/** What came of it. Durations are milliseconds. */
export interface LoadResult {
  readonly seconds: number
  /** Requests whose handler answered with 200. */
  readonly served: number
  /** Requests that were refused with 429 or 503. */
  readonly refused: number
  readonly failed: number
  readonly took: { readonly median: number; readonly p99: number }
  readonly refusedAfter: { readonly median: number; readonly p99: number }
}

const program = fileURLToPath(new URL("./loadProcess.ts", import.meta.url))
const run = promisify(execFile)

/** Loads a server from a process of its own. */
export const load = (options: LoadOptions): Effect.Effect<LoadResult, BenchFailed> =>
  Effect.tryPromise({
    try: async (): Promise<LoadResult> => {
      const { stdout } = await run(process.execPath, [program, JSON.stringify(options)])
      return JSON.parse(stdout)
    },
    catch: (cause) => new BenchFailed({ why: `the load on ${options.url} failed: ${cause}` })
  })
