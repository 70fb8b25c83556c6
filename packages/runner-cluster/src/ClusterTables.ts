import type { RoleName } from "@alga-psa/ext-adapters-pg/RoleName"
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer } from "effect"
import { SqlRunnerStorage } from "effect/cluster"
import { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"

/** The schema of everything that a cluster keeps. */
export const clusterSchema = "alga_extension_cluster"

/** The tables of kept triggers. A trigger is one row; each attempt that begins is another in `trigger_attempt`. */
const triggerTables: ReadonlyArray<string> = [
  `CREATE TABLE IF NOT EXISTS ${clusterSchema}.trigger (
    id uuid PRIMARY KEY,
    tenant_id uuid NOT NULL,
    extension_id uuid NOT NULL,
    install_id uuid NOT NULL,
    request_id text,
    key text NOT NULL CHECK (length(key) <= 200),
    fingerprint text NOT NULL,
    shard integer NOT NULL,
    request text,
    state text NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'dead', 'expired')),
    attempts integer NOT NULL DEFAULT 0,
    run uuid,
    claimed_until timestamptz,
    due_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    finished_at timestamptz,
    answer text,
    used text,
    reason text,
    UNIQUE (tenant_id, install_id, key)
  )`,
  `ALTER TABLE ${clusterSchema}.trigger ADD COLUMN IF NOT EXISTS used text`,
  `ALTER TABLE ${clusterSchema}.trigger ADD COLUMN IF NOT EXISTS request_id text`,
  `CREATE INDEX IF NOT EXISTS trigger_open ON ${clusterSchema}.trigger (shard, due_at) WHERE state IN ('waiting', 'running')`,
  `CREATE INDEX IF NOT EXISTS trigger_dead ON ${clusterSchema}.trigger (shard) WHERE state = 'dead'`,
  `CREATE INDEX IF NOT EXISTS trigger_finished ON ${clusterSchema}.trigger (finished_at) WHERE finished_at IS NOT NULL`,
  `CREATE TABLE IF NOT EXISTS ${clusterSchema}.trigger_attempt (
    run uuid PRIMARY KEY,
    trigger_id uuid NOT NULL REFERENCES ${clusterSchema}.trigger (id) ON DELETE CASCADE,
    runner text NOT NULL,
    started_at timestamptz NOT NULL DEFAULT now(),
    ended_at timestamptz,
    outcome text
  )`,
  `CREATE INDEX IF NOT EXISTS trigger_attempt_trigger ON ${clusterSchema}.trigger_attempt (trigger_id)`
]

/** The tables that a cluster needs, those of `effect/cluster` among them. */
export const clusterTables = ["cluster_runners", "cluster_locks", "trigger", "trigger_attempt"] as const

const grants = (role: RoleName): ReadonlyArray<string> => [
  `GRANT USAGE ON SCHEMA ${clusterSchema} TO ${role}`,
  `GRANT SELECT, INSERT, UPDATE, DELETE ON ${clusterTables.map((table) => `${clusterSchema}.${table}`).join(", ")} TO ${role}`,
  `GRANT USAGE ON ALL SEQUENCES IN SCHEMA ${clusterSchema} TO ${role}`
]

/** The columns that this version reads and writes, by table; those of `effect/cluster` are its own matter. */
const columns: Readonly<Partial<Record<(typeof clusterTables)[number], string>>> = {
  trigger:
    "id tenant_id extension_id install_id request_id key fingerprint shard request state attempts run claimed_until due_at expires_at created_at finished_at answer used reason",
  trigger_attempt: "run trigger_id runner started_at ended_at outcome"
}

const wanted = JSON.stringify(clusterTables.map((name) => ({ name, columns: columns[name]?.split(" ") ?? [] })))

/** What of the cluster's is in the database, by name. A table of an earlier version that lacks a column is not. */
export const plan: Effect.Effect<
  ReadonlyArray<{ readonly name: string; readonly present: boolean }>,
  SqlError,
  PgClient.PgClient
> = Effect.gen(function* () {
  const sql = yield* PgClient.PgClient
  return yield* sql<{ readonly name: string; readonly present: boolean }>`
    SELECT ${clusterSchema} || '.' || name AS name, c.oid IS NOT NULL AND NOT EXISTS (
      SELECT FROM jsonb_array_elements_text(columns) AS wanted (name) WHERE NOT EXISTS (
        SELECT FROM pg_attribute WHERE attrelid = c.oid AND attname = wanted.name AND NOT attisdropped
      )
    ) AS present
    FROM ROWS FROM (jsonb_to_recordset(${wanted}::jsonb) AS (name text, columns jsonb)) WITH ORDINALITY
      AS tables (name, columns, place)
    LEFT JOIN (pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace AND n.nspname = ${clusterSchema})
      ON c.relname = tables.name
    ORDER BY place`
})

/** The tables of the cluster that are there and that the present login may not read and write, by name. */
export const forbidden: Effect.Effect<ReadonlyArray<string>, SqlError, PgClient.PgClient> = Effect.gen(function* () {
  const sql = yield* PgClient.PgClient
  const rows = yield* sql<{ readonly name: string }>`
    SELECT ${clusterSchema} || '.' || c.relname AS name
    FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE n.nspname = ${clusterSchema} AND c.relname = ANY(${[...clusterTables]}::text[]) AND NOT (
      has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT') AND has_table_privilege(c.oid, 'INSERT')
      AND has_table_privilege(c.oid, 'UPDATE') AND has_table_privilege(c.oid, 'DELETE')
    ) ORDER BY 1`
  return rows.map(({ name }) => name)
})

/**
 * Makes the schema, the tables and their columns where they are missing, and lets the role use them and nothing else of theirs. Changes
 * nothing of Alga's. May be run again, and while runners work.
 */
export const apply = (role: RoleName): Effect.Effect<void, SqlError, PgClient.PgClient> =>
  Effect.gen(function* () {
    const sql = yield* PgClient.PgClient
    yield* sql.withTransaction(
      Effect.gen(function* () {
        yield* sql.unsafe(`SELECT pg_advisory_xact_lock(hashtext('${clusterSchema}'))`)
        const [found] = yield* sql<{ readonly missing: boolean }>`
          SELECT to_regnamespace(${clusterSchema}) IS NULL AS missing`
        if (found?.missing) yield* sql.unsafe(`CREATE SCHEMA ${clusterSchema}`)
        yield* sql.unsafe(`SET LOCAL search_path = ${clusterSchema}`)
        yield* Layer.build(SqlRunnerStorage.layerMigrations({})).pipe(
          Effect.scoped,
          Effect.provideService(SqlClient, sql)
        )
        for (const statement of triggerTables) yield* sql.unsafe(statement)
        for (const statement of grants(role)) yield* sql.unsafe(statement)
      })
    )
  })
