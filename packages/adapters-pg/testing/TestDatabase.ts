import { PgClient } from "@effect/sql-pg"
import { Effect, Redacted, type Scope } from "effect"
import type { SqlError } from "effect/sql/SqlError"
import { inject } from "vitest"
import type { ChosenServer } from "./ChosenServer.ts"

declare module "vitest" {
  interface ProvidedContext {
    /** The server that the run's global set-up started. */
    postgres: ChosenServer
  }
}

/** The server that this test run uses. Only files named `*.integration.test.ts` have one. */
export const serverOfRun: Effect.Effect<ChosenServer> = Effect.sync(() => {
  const server: ChosenServer | undefined = inject("postgres")
  if (server === undefined) throw new Error("no PostgreSQL here: name the test file *.integration.test.ts")
  return server
})

const withDatabase = (url: string, database: string): Redacted.Redacted => {
  const changed = new URL(url)
  changed.pathname = `/${database}`
  return Redacted.make(changed.toString())
}

/** Case folding beyond ASCII that is the same on every image and every system, where the server can promise it. */
const locale = (serverVersion: number): string =>
  serverVersion >= 170000
    ? "LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LC_COLLATE 'C' LC_CTYPE 'C'"
    : "LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'"

const isInUse = ({ reason }: SqlError): boolean =>
  (reason.cause as { readonly code?: unknown } | undefined)?.code === "55006"

const create = (
  url: string,
  options: (serverVersion: number) => string
): Effect.Effect<Redacted.Redacted, SqlError, Scope.Scope> =>
  Effect.gen(function* () {
    const server = PgClient.layer({ url: Redacted.make(url), maxConnections: 1 })
    const name = `test_${crypto.randomUUID().replaceAll("-", "")}`
    const created = Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      const [row] = yield* sql<{ readonly version: number }>`
        SELECT current_setting('server_version_num')::int4 AS version`
      const chosen = options(row?.version ?? 0)
      yield* sql.unsafe(`CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'UTF8' ${chosen}`).unprepared
    })
    // The server ends the sessions that are left, and gives up where that takes more than five seconds.
    const dropped = Effect.flatMap(
      PgClient.PgClient,
      (sql) => sql.unsafe(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`).unprepared
    ).pipe(Effect.retry({ while: isInUse, times: 20 }))
    yield* Effect.acquireRelease(Effect.provide(created, server), () => Effect.orDie(Effect.provide(dropped, server)))
    return withDatabase(url, name)
  })

/**
 * A new, empty database on the given server, dropped when the scope closes. Its text is UTF-8, folds case beyond ASCII
 * and sorts by code point.
 */
const testDatabaseOn = (url: string): Effect.Effect<Redacted.Redacted, SqlError, Scope.Scope> => create(url, locale)

/** A new, empty database on the server of this test run. See {@link testDatabaseOn}. */
export const testDatabase: Effect.Effect<Redacted.Redacted, SqlError, Scope.Scope> = Effect.flatMap(
  serverOfRun,
  (server) => testDatabaseOn(server.url)
)

/** As {@link testDatabase}, with the given locale options of `CREATE DATABASE` in place of its own. */
export const testDatabaseWith = (options: string): Effect.Effect<Redacted.Redacted, SqlError, Scope.Scope> =>
  Effect.flatMap(serverOfRun, (server) => create(server.url, () => options))
