import { spawn } from "node:child_process"
import { once } from "node:events"
import { text } from "node:stream/consumers"
import { fileURLToPath } from "node:url"
import { Effect } from "effect"
import { BenchFailed } from "../Bench.ts"

/** A request that is made again and again, one at a time. */
export interface Asked {
  readonly url: string
  readonly method: "GET" | "POST"
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** Milliseconds between an answer and the next request. */
  readonly pauseMs: number
}

/** How long each of its requests took, in milliseconds, and how many answers had which status; 0 is none. */
export interface AskResult {
  readonly took: ReadonlyArray<number>
  readonly statuses: Readonly<Record<string, number>>
}

const program = fileURLToPath(new URL("./askProcess.ts", import.meta.url))

/** Asks for so long from a process of its own, each request beside the others; ends when the last is answered. */
export const ask = (
  loops: ReadonlyArray<Asked>,
  milliseconds: number
): Effect.Effect<ReadonlyArray<AskResult>, BenchFailed> =>
  Effect.tryPromise({
    try: async () => {
      const child = spawn(process.execPath, [program], { stdio: ["pipe", "pipe", "inherit"] })
      child.stdin.end(JSON.stringify({ loops, milliseconds }))
      const [output] = await Promise.all([text(child.stdout), once(child, "exit")])
      return JSON.parse(output)
    },
    catch: (cause) => new BenchFailed({ why: `the process that asks failed: ${cause}` })
  })
