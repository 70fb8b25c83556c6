/**
 * Alga's tables and rows in them, for tests and development.
 *
 * @module @alga-psa/ext-adapters-pg/Fixture
 */
import { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"
import type { SqlError } from "effect/sql/SqlError"
import { foreignKeys, indexes } from "./internal/relations.ts"
import { tables } from "./internal/tables.ts"

/** Rows by table, under the tables' own column names. A table of the list below that is left out gets none. */
export type Rows = { readonly [Table in (typeof loadOrder)[number]]?: ReadonlyArray<object> }

/** A table comes after those that its foreign keys refer to. */
const loadOrder = [
  "tenants",
  "clients",
  "contacts",
  "users",
  "service_types",
  "service_catalog",
  "service_prices",
  "roles",
  "permissions",
  "role_permissions",
  "user_roles",
  "tag_definitions",
  "tag_mappings",
  "extension_registry",
  "extension_version",
  "extension_bundle",
  "tenant_extension_install"
] as const

/**
 * Creates Alga PSA's tables that this project reads, with their keys, checks and indexes, in an empty database. For
 * development and tests: a real installation has them.
 */
export const createTables: Effect.Effect<void, SqlError, PgClient.PgClient> = Effect.flatMap(
  PgClient.PgClient,
  // One statement, since each would wait for the server's answer to the one before.
  (sql) => sql.unsafe(`DO $tables$ BEGIN ${[tables, foreignKeys, indexes].join(";")}; END $tables$`).unprepared
)

/** Adds rows, in one transaction. Columns that a table's first row lacks get their default. */
export const load = (rows: Rows): Effect.Effect<void, SqlError, PgClient.PgClient> =>
  Effect.flatMap(PgClient.PgClient, (sql) =>
    sql.withTransaction(
      Effect.forEach(
        loadOrder,
        (table) => {
          const [first, ...rest] = rows[table] ?? []
          if (first === undefined) return Effect.void
          const columns = sql.csv(Object.keys(first).map((column) => sql`${sql(column)}`))
          const records = JSON.stringify([first, ...rest])
          return sql`
            INSERT INTO ${sql(table)} (${columns})
            SELECT ${columns} FROM json_populate_recordset(NULL::${sql(table)}, ${records}::json)`.pipe(Effect.asVoid)
        },
        { discard: true }
      )
    )
  )
