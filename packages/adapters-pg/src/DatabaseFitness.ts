import { Effect } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import { policyNames, tenantTables } from "./internal/policyScript.ts"
import { readTables } from "./ReadColumns.ts"

/** What a session should be, and what the database should hold. */
export interface Wanted {
  /** Whether a pooler keeps the runner from setting up its sessions, so that the login must have been. */
  readonly pooler: "none" | "transaction"
  /** What plans were asked for. */
  readonly plans: "generic" | "auto"
  /** Whether every read tells the database its tenant. */
  readonly rowSecurity: boolean
}

/** Why a database cannot serve, each as a sentence with what to do; null where it can. */
export interface Fitness {
  /** The session is not bound as it must be: nothing may be read by it. */
  readonly session: string | null
  /** Tables, rights or policies are not those of Alga's database and this login. */
  readonly data: string | null
}

interface Found {
  readonly login: string
  readonly readOnly: string
  readonly timeout: string
  readonly plans: string
  readonly tables: ReadonlyArray<string>
  readonly columns: ReadonlyArray<string>
  readonly rights: ReadonlyArray<string>
  readonly secured: ReadonlyArray<string>
  readonly strange: ReadonlyArray<string>
}

const columns = JSON.stringify(
  readTables.flatMap(({ columns, table }) => columns.map((column) => ({ of: table, name: column })))
)
const tenants = JSON.stringify(tenantTables.map(({ table }) => table))

const look = (sql: SqlClient) => sql<Found>`
  WITH
    wanted AS (
      SELECT wanted.of, wanted.name, class.oid, attribute.attnum
      FROM json_to_recordset(${columns}::text::json) AS wanted(of text, name text)
      LEFT JOIN pg_class AS class
        ON class.relnamespace = to_regnamespace('public') AND class.relname = wanted.of AND class.relkind IN ('r', 'p', 'v', 'm', 'f')
      LEFT JOIN pg_attribute AS attribute
        ON attribute.attrelid = class.oid AND attribute.attname = wanted.name AND NOT attribute.attisdropped
    ),
    secured AS (
      SELECT class.oid, class.relname AS name
      FROM pg_class AS class
      WHERE class.relnamespace = to_regnamespace('public') AND class.relkind IN ('r', 'p')
        AND class.relname IN (SELECT json_array_elements_text(${tenants}::text::json))
        AND row_security_active(class.oid)
    )
  SELECT
    current_user::text AS login,
    current_setting('transaction_read_only') AS "readOnly",
    (SELECT setting FROM pg_settings WHERE name = 'statement_timeout') AS timeout,
    current_setting('plan_cache_mode') AS plans,
    ARRAY(SELECT DISTINCT of FROM wanted WHERE oid IS NULL ORDER BY of) AS tables,
    ARRAY(SELECT of || '.' || name FROM wanted WHERE oid IS NOT NULL AND attnum IS NULL ORDER BY 1) AS columns,
    ARRAY(
      SELECT of || '.' || name FROM wanted
      WHERE attnum IS NOT NULL AND NOT has_column_privilege(oid, attnum, 'SELECT') ORDER BY 1
    ) AS rights,
    ARRAY(SELECT name::text FROM secured ORDER BY 1) AS secured,
    ARRAY(
      SELECT secured.name || ' ' || policy.polname FROM secured JOIN pg_policy AS policy ON policy.polrelid = secured.oid
      WHERE NOT policy.polpermissive AND policy.polcmd IN ('*', 'r')
        AND policy.polname NOT IN (${policyNames.tenant})
        AND (policy.polroles = '{0}' OR EXISTS (
          SELECT FROM unnest(policy.polroles) AS role WHERE pg_has_role(current_user, role, 'USAGE')
        ))
      UNION ALL
      SELECT secured.name || ' without ' || ${policyNames.tenant}::text FROM secured
      WHERE NOT EXISTS (
        SELECT FROM pg_policy AS policy WHERE policy.polrelid = secured.oid AND policy.polname = ${policyNames.tenant}
      )
      ORDER BY 1
    ) AS strange`

const most = 5
const some = (names: ReadonlyArray<string>): string =>
  names.length <= most ? names.join(", ") : `${names.slice(0, most).join(", ")} and ${names.length - most} more`

const sessionProblem = (found: Found, wanted: Wanted): string | null => {
  if (wanted.pooler === "transaction") {
    if (found.readOnly !== "on") {
      return `behind the pooler, transactions of ${found.login} may write: make the login with db role, or ALTER ROLE ${found.login} SET default_transaction_read_only = on`
    }
    return found.timeout === "0"
      ? `behind the pooler, statements of ${found.login} have no time-out: make the login with db role, or ALTER ROLE ${found.login} SET statement_timeout = '5s'`
      : null
  }
  const asked = wanted.plans === "auto" ? "auto" : "force_generic_plan"
  return found.readOnly !== "on" || found.timeout === "0" || found.plans !== asked
    ? "the startup parameters of the runner (read-only, time-outs, plans) do not reach the server: behind a pooler set DATABASE_POOLER=transaction"
    : null
}

const dataProblem = (found: Found, { rowSecurity }: Wanted): string | null => {
  if (found.tables.length > 0) {
    return `the database has no table ${some(found.tables)} in the schema public: check that it is Alga's`
  }
  if (found.columns.length > 0)
    return `the database has no column ${some(found.columns)}: it is of another version of Alga`
  if (found.rights.length > 0) return `${found.login} may not read ${some(found.rights)}: run db role --apply`
  if (found.secured.length > 0 && !rowSecurity) {
    return `row level security holds ${found.login} on ${some(found.secured)}: set DATABASE_ROW_SECURITY=on`
  }
  return found.strange.length > 0
    ? `policies that the runner does not know hold ${found.login}: ${some(found.strange)}; run db policies apply, or take them away`
    : null
}

/** Looks whether the session is bound as it must be, and whether the database is Alga's and readable. Reads no row of it. */
export const databaseFitness = (wanted: Wanted): Effect.Effect<Fitness, SqlError, SqlClient> =>
  Effect.flatMap(SqlClient, (sql) =>
    Effect.map(look(sql), ([found]) => ({
      session: found === undefined ? null : sessionProblem(found, wanted),
      data: found === undefined ? null : dataProblem(found, wanted)
    }))
  )
