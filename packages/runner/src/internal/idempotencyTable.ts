import { Effect } from "effect"
import type { SqlClient } from "effect/sql/SqlClient"

/** The table of the runner's own schema that holds keys and answers. */
export const claimTable = "alga_extension_runner.idempotency"

const statements = [
  `CREATE TABLE IF NOT EXISTS ${claimTable} (
    tenant_id uuid NOT NULL,
    install_id uuid NOT NULL,
    key text NOT NULL CHECK (length(key) <= 200),
    fingerprint text NOT NULL,
    owner uuid NOT NULL,
    claimed_until timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    answer text,
    PRIMARY KEY (tenant_id, install_id, key)
  )`,
  `CREATE INDEX IF NOT EXISTS idempotency_expires_at ON ${claimTable} (expires_at)`
]

/** Makes schema and table where they are missing; one process at a time. */
export const createTable = (sql: SqlClient) =>
  sql.withTransaction(
    Effect.gen(function* () {
      yield* sql.unsafe("SELECT pg_advisory_xact_lock(hashtext('alga_extension_runner'))")
      const [found] = yield* sql<{ readonly missing: boolean }>`
        SELECT to_regnamespace('alga_extension_runner') IS NULL AS missing`
      if (found?.missing) yield* sql.unsafe("CREATE SCHEMA alga_extension_runner")
      for (const statement of statements) yield* sql.unsafe(statement)
    })
  )
