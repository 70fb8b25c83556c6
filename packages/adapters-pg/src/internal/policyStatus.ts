import { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"
import { marks, ofTenant, type PolicyOptions, policyNames, type TenantTable, tenantTables } from "./policyScript.ts"

/**
 * - `applied`: row level security is on, and our policies are as they should be.
 * - `missing`: the table has none of our policies.
 * - `differs`: it has some of them, or for other roles, or row level security was switched off since.
 * - `exempt`: policies do not hold the reading login, because it owns the table, is a superuser or has BYPASSRLS.
 * - `no-table`: the schema `public` has no such table.
 */
export type PolicyState = "applied" | "missing" | "differs" | "exempt" | "no-table"

/** How row level security stands on a table. */
export interface PolicyStatus {
  readonly table: string
  readonly state: PolicyState
  /** Whether row level security was on before our policies came, by another's hand. */
  readonly wasOn: boolean
  /** Roles that may work with the table and would see no row of it. */
  readonly hides: ReadonlyArray<string>
}

interface Policy {
  readonly name: string
  readonly permissive: boolean
  readonly command: string
  readonly roles: ReadonlyArray<string>
  readonly using: string | null
  readonly check: string | null
  readonly comment: string | null
}

interface Found {
  readonly table: string
  readonly on: boolean
  readonly exempt: boolean
  readonly policies: ReadonlyArray<Policy>
  readonly hides: ReadonlyArray<string>
}

const found = ({ reader, unrestricted }: PolicyOptions) =>
  Effect.flatMap(
    PgClient.PgClient,
    (sql) => sql<Found>`
      SELECT
        relname AS table,
        relrowsecurity AS on,
        EXISTS (
          SELECT FROM pg_roles AS role
          WHERE role.rolname = ${reader}
            AND (role.rolsuper OR role.rolbypassrls OR pg_has_role(role.oid, class.relowner, 'USAGE'))
        ) AS exempt,
        (
          SELECT coalesce(json_agg(json_build_object(
            'name', polname,
            'permissive', polpermissive,
            'command', polcmd,
            'roles', (SELECT coalesce(json_agg(rolname ORDER BY rolname), '[]') FROM pg_roles WHERE oid = ANY (polroles)),
            'using', pg_get_expr(polqual, polrelid),
            'check', pg_get_expr(polwithcheck, polrelid),
            'comment', obj_description(pg_policy.oid, 'pg_policy')
          )), '[]')
          FROM pg_policy WHERE polrelid = class.oid AND polname IN ${sql.in(Object.values(policyNames))}
        ) AS policies,
        (
          SELECT coalesce(json_agg(role.rolname ORDER BY role.rolname), '[]')
          FROM pg_roles AS role
          WHERE role.rolname <> ${reader} AND role.rolname !~ '^pg_' AND NOT role.rolsuper AND NOT role.rolbypassrls
            AND NOT pg_has_role(role.oid, class.relowner, 'USAGE')
            AND NOT EXISTS (
              SELECT FROM pg_roles AS named
              WHERE named.rolname IN ${sql.in(["", ...unrestricted])} AND pg_has_role(role.oid, named.oid, 'USAGE')
            )
            AND (has_any_column_privilege(role.oid, class.oid, 'SELECT, INSERT, UPDATE')
              OR has_table_privilege(role.oid, class.oid, 'DELETE'))
        ) AS hides
      FROM pg_class AS class
      WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
        AND relname IN ${sql.in(tenantTables.map(({ table }) => table))}
      ORDER BY relname`
  )

const expected = (
  table: TenantTable,
  wasOn: boolean,
  { reader, unrestricted }: PolicyOptions
): ReadonlyArray<Policy> => {
  const policy = { command: "*", using: "true", check: null, comment: null }
  const others = {
    ...policy,
    name: policyNames.others,
    permissive: true,
    roles: [...unrestricted].sort(),
    check: "true"
  }
  return [
    ...(wasOn || unrestricted.length === 0 ? [] : [others]),
    { ...policy, name: policyNames.reader, permissive: true, roles: [reader], command: "r" },
    {
      ...policy,
      name: policyNames.tenant,
      permissive: false,
      roles: [reader],
      using: ofTenant(table),
      comment: wasOn ? marks.wasOn : marks.switchedOn
    }
  ]
}

const text = (policies: ReadonlyArray<Policy>) =>
  policies
    .map(({ name, permissive, command, roles, using, check, comment }) =>
      JSON.stringify([name, permissive, command, roles, using?.replace(/\s+/g, " "), check, comment])
    )
    .sort()
    .join()

const statusOf = (own: TenantTable, options: PolicyOptions, row: Found | undefined): PolicyStatus => {
  const { table } = own
  if (row === undefined) return { table, state: "no-table", wasOn: false, hides: [] }
  const mark = row.policies.find(({ name }) => name === policyNames.tenant)?.comment
  const wasOn = mark === marks.wasOn || (row.on && mark !== marks.switchedOn)
  const asExpected = row.on && text(row.policies) === text(expected(own, wasOn, options))
  const held = row.policies.length === 0 ? "missing" : asExpected ? "applied" : "differs"
  const state = row.exempt ? "exempt" : held
  return { table, state, wasOn, hides: wasOn ? [] : row.hides }
}

/** How row level security stands on each table whose rows belong to tenants. */
export const readPolicies = (options: PolicyOptions) =>
  Effect.map(found(options), (rows) =>
    tenantTables.map((own) =>
      statusOf(
        own,
        options,
        rows.find(({ table }) => table === own.table)
      )
    )
  )
