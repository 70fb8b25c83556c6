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
  `CREATE INDEX IF NOT EXISTS trigger_open ON ${clusterSchema}.trigger (shard, due_at) WHERE state IN ('waiting', 'running')`,
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

/** What of the cluster's is in the database, by name. A table of an earlier version that lacks a column is not. */
export const plan: Effect.Effect<
  ReadonlyArray<{ readonly name: string; readonly present: boolean }>,
  SqlError,
  PgClient.PgClient
> = Effect.gen(function* () {
  const sql = yield* PgClient.PgClient
  const names = clusterTables.map((table) => `${clusterSchema}.${table}`)
  return yield* sql<{ readonly name: string; readonly present: boolean }>`
    SELECT name, to_regclass(name) IS NOT NULL AND (name <> ${`${clusterSchema}.trigger`} OR EXISTS (
      SELECT FROM pg_attribute WHERE attrelid = to_regclass(name) AND attname = 'used' AND NOT attisdropped
    )) AS present FROM unnest(${names}::text[]) AS name`
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
