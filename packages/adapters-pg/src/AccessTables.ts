import { erasedUser } from "@alga-psa/ext-domain/AccessRecord"
import type { TenantId, UserId } from "@alga-psa/ext-domain/Identifiers"
import { PgClient } from "@effect/sql-pg"
import { Duration, Effect } from "effect"
import type { AdminFailed } from "./AdminError.ts"
import { accessSchema, accessTable } from "./internal/access/columns.ts"
import { keepUp, readerGrants, tableStatements, writerGrants } from "./internal/access/script.ts"
import { adminFailed } from "./internal/adminSession.ts"
import type { RoleName } from "./RoleName.ts"

export { accessTable } from "./internal/access/columns.ts"

/** The logins that write and read access records, and how long the records stay. */
export interface AccessTablesOptions {
  /** The runner's login in `DATABASE_ACCESS_URL`. It exists. */
  readonly writer: RoleName
  /** The login in `DATABASE_ACCESS_READER_URL`. It exists, and is another one. */
  readonly reader: RoleName
  readonly retention: Duration.Duration
}

/** What is there. */
export interface AccessTablesState {
  readonly present: boolean
  /** As PostgreSQL writes an interval; null where nothing is there. */
  readonly retention: string | null
  /** The months that have a place, sorted. */
  readonly months: ReadonlyArray<string>
}

/** Whether the tables are there, how long records stay, and which months there are. */
export const plan: Effect.Effect<AccessTablesState, AdminFailed, PgClient.PgClient> = Effect.gen(function* () {
  const sql = yield* PgClient.PgClient
  const [found] = yield* sql<{ readonly present: boolean }>`SELECT to_regclass(${accessTable}) IS NOT NULL AS present`
  if (found?.present !== true) return { present: false, retention: null, months: [] }
  const [setting] = yield* sql<{ readonly retention: string }>`
    SELECT retention::text AS retention FROM ${sql.literal(accessSchema)}.access_setting`
  const months = yield* sql<{ readonly month: string }>`
    SELECT replace(right(child.relname, 7), '_', '-') AS month
    FROM pg_inherits JOIN pg_class AS child ON child.oid = inhrelid
    WHERE inhparent = ${accessTable}::regclass ORDER BY 1`
  return { present: true, retention: setting?.retention ?? null, months: months.map(({ month }) => month) }
}).pipe(Effect.mapError(adminFailed("look at the access records")))

/**
 * Makes the schema, its tables and the months where they are missing, sets the retention, and lets one login insert and the other
 * read. Neither may do more. May be run again, and while runners work.
 */
export const apply = ({
  reader,
  retention,
  writer
}: AccessTablesOptions): Effect.Effect<void, AdminFailed, PgClient.PgClient> =>
  Effect.flatMap(PgClient.PgClient, (sql) =>
    sql.withTransaction(
      Effect.gen(function* () {
        yield* sql.unsafe(`SELECT pg_advisory_xact_lock(hashtext('${accessSchema}'))`)
        const [found] = yield* sql<{ readonly missing: boolean }>`
          SELECT to_regnamespace(${accessSchema}) IS NULL AS missing`
        if (found?.missing) yield* sql.unsafe(`CREATE SCHEMA ${accessSchema}`)
        for (const statement of tableStatements) yield* sql.unsafe(statement)
        yield* sql`
          INSERT INTO ${sql.literal(accessSchema)}.access_setting (retention)
          VALUES (justify_hours(make_interval(secs => ${Duration.toSeconds(retention)})))
          ON CONFLICT (one) DO UPDATE SET retention = excluded.retention`
        for (const statement of [...writerGrants(writer), ...readerGrants(reader)]) yield* sql.unsafe(statement)
        yield* sql.unsafe(keepUp)
      })
    )
  ).pipe(Effect.mapError(adminFailed("make the tables of access records")))

const batch = 5_000

/**
 * Removes a user from a tenant's records: the nil UUID replaces the user, and the ids of the requests are deleted too.
 * The records themselves stay. Gives how many records were changed, none for the nil UUID. A run that was stopped may
 * be repeated.
 */
export const erase = (tenant: TenantId, user: UserId): Effect.Effect<number, AdminFailed, PgClient.PgClient> =>
  Effect.flatMap(PgClient.PgClient, (sql) => {
    const table = sql.literal(accessTable)
    let changed = 0
    const some = sql`
      WITH meant AS (
        SELECT time, runner, sequence FROM ${table}
        WHERE tenant_id = ${tenant}::uuid AND user_id = ${user}::uuid AND user_id <> ${erasedUser}::uuid
        LIMIT ${batch}
      )
      UPDATE ${table} AS record SET user_id = ${erasedUser}::uuid, request_id = NULL FROM meant
      WHERE (record.time, record.runner, record.sequence) = (meant.time, meant.runner, meant.sequence)
      RETURNING 1`
    return Effect.repeat(
      Effect.tap(some, (rows) =>
        Effect.sync(() => {
          changed += rows.length
        })
      ),
      { while: (rows) => rows.length === batch }
    ).pipe(
      Effect.map(() => changed),
      Effect.mapError(adminFailed("erase a user from the access records"))
    )
  })
