import { secretTable } from "../PgInstallSecrets.ts"
import { type ReadTable, readTables } from "../ReadColumns.ts"
import type { RoleName } from "../RoleName.ts"
import { lookedUpInstall, lookedUpTenant } from "./lookedUp.ts"

/** Whom row level security concerns. */
export interface PolicyOptions {
  /** The login that reads, held to one tenant. */
  readonly reader: RoleName
  /**
   * Every other role that works with the tables without owning them, such as the product's own `app_user`: they keep all
   * they have. Roles that own a table, superusers and those with BYPASSRLS need no mention.
   */
  readonly unrestricted: ReadonlyArray<string>
}

/** The names of our policies on every table. */
export const policyNames = {
  /** Restrictive: holds the reading login to the tenant, whatever permissive policies there are or will be. */
  tenant: "alga_ext_tenant",
  /** Permissive: without one, a restrictive policy lets nothing through. */
  reader: "alga_ext_reader",
  /** Permissive: lets the other roles keep what they have. */
  others: "alga_ext_others"
} as const

/** A table whose rows belong to tenants. */
export type TenantTable = ReadTable & { readonly tenant: NonNullable<ReadTable["tenant"]> }

/** Every table whose rows belong to tenants. That of sealed secrets is held too where the login has no right to it: it may get one. */
export const tenantTables = [...readTables, secretTable].filter((table): table is TenantTable => table.tenant !== null)

// A setting is empty, not absent, once a transaction of the session has set it.
const current = (setting: string) => `NULLIF(current_setting('${setting}'::text, true), ''::text)`

/** What else a transaction may read of these tables that says in `alga.lookup` which install it looks up. */
const foundBy: Readonly<Record<string, string>> = {
  tenant_extension_install: lookedUpInstall(current("alga.lookup")),
  tenants: lookedUpTenant(current("alga.lookup"))
}

/** The condition that a row belongs to the tenant, or is looked up, as the server prints it. */
export const ofTenant = ({ table, tenant }: TenantTable): string => {
  const value = current("alga.tenant")
  const own = tenant.type === "uuid" ? `(${tenant.column} = (${value})::uuid)` : `((${tenant.column})::text = ${value})`
  const found = foundBy[table]
  return found === undefined ? own : `(${own} OR ${found})`
}

/** The comment by which {@link closing} knows whether row level security was on before. */
export const marks = {
  switchedOn: "row level security was off before",
  wasOn: "row level security was on before"
} as const

interface Status {
  readonly table: string
  /** Whether row level security was on before our policies came. */
  readonly wasOn: boolean
}

const drops = (table: string) =>
  Object.values(policyNames).map((name) => `DROP POLICY IF EXISTS ${name} ON public.${table}`)

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`

const patience = "SET LOCAL lock_timeout = '3s'"

/** Puts our policies on a table in place of what is there of them, and switches row level security on. */
export const opening = ({ table, wasOn }: Status, { reader, unrestricted }: PolicyOptions): ReadonlyArray<string> => {
  const on = `ON public.${table}`
  const found = tenantTables.find((candidate) => candidate.table === table)
  if (found === undefined) return []
  const others = `CREATE POLICY ${policyNames.others} ${on} TO ${unrestricted.map(quoted).join(", ")} USING (true) WITH CHECK (true)`
  return [
    patience,
    ...drops(table),
    `CREATE POLICY ${policyNames.tenant} ${on} AS RESTRICTIVE TO ${reader} USING ${ofTenant(found)}`,
    `COMMENT ON POLICY ${policyNames.tenant} ${on} IS '${wasOn ? marks.wasOn : marks.switchedOn}'`,
    `CREATE POLICY ${policyNames.reader} ${on} FOR SELECT TO ${reader} USING (true)`,
    ...(wasOn || unrestricted.length === 0 ? [] : [others]),
    `ALTER TABLE public.${table} ENABLE ROW LEVEL SECURITY`
  ]
}

/** Takes our policies off a table, and switches row level security off where it was off before. */
export const closing = ({ table, wasOn }: Status): ReadonlyArray<string> => [
  patience,
  ...drops(table),
  ...(wasOn ? [] : [`ALTER TABLE public.${table} DISABLE ROW LEVEL SECURITY`])
]
