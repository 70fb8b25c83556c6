import { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"
import type { ReadTable } from "../ReadColumns.ts"

/** What a login may do, against what it needs. */
export interface ReaderPrivileges {
  /** Columns that it needs and may not read, as `table.column`. */
  readonly missing: ReadonlyArray<string>
  /** What it may do beyond, in the system's own schemas excepted, each as a sentence with its remedy. */
  readonly beyond: ReadonlyArray<string>
}

/** The privileges of a role that needs these tables, its own, inherited and those of PUBLIC. */
export const readPrivileges = (role: string, tables: ReadonlyArray<ReadTable>) =>
  Effect.gen(function* () {
    const needed = tables.flatMap(({ table, columns }) => columns.map((column) => ({ table, column })))
    const sql = yield* PgClient.PgClient
    const [missing, beyond] = yield* Effect.all([
      sql<{ readonly column: string }>`
        SELECT format('%s.%s', need->>'table', need->>'column') AS column
        FROM json_array_elements(${JSON.stringify(needed)}::json) AS need
        LEFT JOIN pg_attribute ON attrelid = to_regclass('public.' || (need->>'table')) AND attname = need->>'column'
        WHERE has_column_privilege(${role}::text, attrelid, attnum, 'SELECT') IS NOT TRUE`,
      sql<{ readonly finding: string }>`
        WITH
          settings AS (SELECT ${role}::text AS role, ${JSON.stringify(needed)}::json AS needed),
          relations AS (
            SELECT class.oid, format('%I.%I', nspname, relname) AS name, nspname, relname
            FROM pg_class AS class JOIN pg_namespace ON pg_namespace.oid = relnamespace
            WHERE relkind IN ('r', 'p', 'v', 'm', 'f') AND nspname !~ '^(pg_|information_schema$)'
          )
        SELECT format('it may read %s.%s: see who granted it', relations.name, attname) AS finding
        FROM settings, relations JOIN pg_attribute ON attrelid = relations.oid AND attnum > 0 AND NOT attisdropped
        WHERE has_column_privilege(role, attrelid, attnum, 'SELECT')
          AND NOT EXISTS (
            SELECT FROM json_array_elements(needed) AS need
            WHERE nspname = 'public' AND relname = need->>'table' AND attname = need->>'column'
          )
        UNION ALL
        SELECT format('it may write to %s: see who granted it', relations.name)
        FROM settings, relations
        WHERE has_table_privilege(role, oid, 'DELETE, TRUNCATE, TRIGGER')
          OR has_any_column_privilege(role, oid, 'INSERT, UPDATE, REFERENCES')
        UNION ALL
        SELECT format('it may create objects in the schema %I: REVOKE CREATE ON SCHEMA %1$I FROM PUBLIC', nspname)
        FROM settings, pg_namespace
        WHERE nspname !~ '^pg_' AND has_schema_privilege(role, pg_namespace.oid, 'CREATE')
        UNION ALL
        SELECT format('it may create temporary tables: REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database())
        FROM settings
        WHERE has_database_privilege(role, current_database(), 'TEMPORARY')
        UNION ALL
        SELECT format('it may call %s with its owner''s rights: REVOKE EXECUTE ON FUNCTION %1$s FROM PUBLIC', routine.oid::regprocedure)
        FROM settings, pg_proc AS routine JOIN pg_namespace ON pg_namespace.oid = pronamespace
        WHERE prosecdef AND nspname !~ '^(pg_|information_schema$)'
          AND has_function_privilege(role, routine.oid, 'EXECUTE')
          AND has_schema_privilege(role, pronamespace, 'USAGE')
        UNION ALL
        SELECT format('it is a member of %I: REVOKE %1$I FROM %I', parent.rolname, role)
        FROM settings, pg_auth_members JOIN pg_roles AS parent ON parent.oid = roleid
        WHERE member = role::regrole
        UNION ALL
        SELECT format('it gets rights on what %I will create: see pg_default_acl', pg_get_userbyid(defaclrole))
        FROM settings, pg_default_acl, aclexplode(defaclacl) AS acl
        WHERE acl.grantee = role::regrole
        UNION ALL
        SELECT 'it has an attribute beyond LOGIN: see pg_roles'
        FROM settings JOIN pg_roles ON rolname = role
        WHERE rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication OR rolbypassrls
        ORDER BY 1`
    ])
    return {
      missing: missing.map(({ column }) => column),
      beyond: beyond.map(({ finding }) => finding)
    }
  })
