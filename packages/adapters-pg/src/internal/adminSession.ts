import { PgClient } from "@effect/sql-pg"
import { Effect, Predicate } from "effect"
import { isSqlError, type SqlError } from "effect/sql/SqlError"
import { AdminFailed, AnotherRun } from "../AdminError.ts"

const codeOf = (cause: unknown) => (Predicate.hasProperty(cause, "code") ? String(cause.code) : "")

/** The driver's error as one for the operator. */
export const adminFailed = (step: string) => (error: SqlError) => {
  const { cause } = error.reason
  const fromServer = Predicate.hasProperty(cause, "severity")
  return new AdminFailed({
    step,
    sqlState: fromServer ? codeOf(cause) : null,
    reason: (cause instanceof Error && (cause.message || codeOf(cause))) || error.message
  })
}

// "alga" as a number, and the first lock of this project.
const lock = [1_634_494_305, 1] as const

const holder = Effect.flatMap(
  PgClient.PgClient,
  (sql) => sql<{ readonly pid: number; readonly application: string | null; readonly since: string | null }>`
    SELECT held.pid, run.application_name AS application, run.backend_start::text AS since
    FROM pg_locks AS held
    LEFT JOIN pg_stat_activity AS run ON run.pid = held.pid
    WHERE held.locktype = 'advisory' AND held.granted AND held.classid = ${lock[0]}::int4::oid AND held.objid = ${lock[1]}::int4::oid
      AND held.objsubid = 2 AND held.database = (SELECT oid FROM pg_database WHERE datname = current_database())`
)

/** Looks names up in `public`, and then where the operator classes of `pg_trgm` are, should they be elsewhere. */
const searchPath = Effect.flatMap(
  PgClient.PgClient,
  (sql) => sql`
    SELECT set_config('search_path', concat_ws(', ', 'public', (
      SELECT quote_ident(schema.nspname)
      FROM pg_extension JOIN pg_namespace AS schema ON schema.oid = extnamespace
      WHERE extname = 'pg_trgm' AND schema.nspname <> 'public'
    )), false)`
)

/** Runs statements on one session, outside of transactions. */
export const onSession = <A, E, R>(work: Effect.Effect<A, E, R>) =>
  Effect.flatMap(PgClient.PgClient, (sql) =>
    Effect.flatMap(sql.reserve, (connection) =>
      Effect.provideService(Effect.andThen(searchPath, work), sql.transactionService, [connection, 0])
    )
  ).pipe(Effect.scoped)

const take = Effect.gen(function* () {
  const sql = yield* PgClient.PgClient
  const [tried] = yield* sql<{ readonly got: boolean }>`
    SELECT pg_try_advisory_lock(${lock[0]}::int4, ${lock[1]}::int4) AS got`
  if (tried?.got === true) return
  const [other] = yield* holder
  return yield* new AnotherRun({
    pid: other?.pid ?? null,
    application: other?.application ?? null,
    since: other?.since ?? null
  })
})

const giveBack = Effect.flatMap(
  PgClient.PgClient,
  (sql) => sql`SELECT pg_advisory_unlock(${lock[0]}::int4, ${lock[1]}::int4)`
)

/**
 * Runs statements on one session, outside of transactions, while no other run of these commands does. The lock lives in
 * the session that does the work, so that neither outlives the other. It is tried for, never waited for: a waiting session
 * would hold a snapshot that a concurrent index build waits for.
 */
export const exclusively = <A, E, R>(work: Effect.Effect<A, E, R>) =>
  onSession(
    Effect.acquireUseRelease(
      take,
      () => work,
      () => Effect.ignore(giveBack)
    )
  ).pipe(Effect.catchIf(isSqlError, (error) => Effect.fail(adminFailed("connect to the database")(error))))

/** Runs statements in one transaction of the session that they have, all or none. */
export const atomically = <A, E, R>(work: Effect.Effect<A, E, R>) =>
  Effect.flatMap(PgClient.PgClient, (sql) =>
    sql`BEGIN`.unprepared.pipe(
      Effect.andThen(work),
      Effect.tap(sql`COMMIT`.unprepared),
      Effect.onError(() => Effect.ignore(sql`ROLLBACK`.unprepared))
    )
  )
