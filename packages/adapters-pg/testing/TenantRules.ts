import { secretTable } from "../src/PgInstallSecrets.ts"
import { readTables } from "../src/ReadColumns.ts"

/** The column that says whose a table's rows are, and the types that a parameter may be cast to beside it. */
export interface TenantColumn {
  readonly column: string
  readonly casts: ReadonlyArray<string>
}

const casts = { uuid: ["uuid"], text: ["text", "varchar"] }

/** The tables that a statement may read whose rows belong to a tenant, by the column that says to which. */
export const tenantColumns: ReadonlyMap<string, TenantColumn> = new Map(
  [...readTables, secretTable].flatMap(({ table, tenant }) =>
    tenant === null ? [] : [[table, { column: tenant.column, casts: casts[tenant.type] }] as const]
  )
)

/** A column of a table without tenants, and the column of a tenant's table that it must equal. */
export interface ReachedThrough {
  readonly column: string
  readonly table: string
  readonly tableColumn: string
}

/**
 * The tables that belong to no tenant (the registry of extensions) and that a statement may read, each only through the
 * tenant's own install. Any other table without a tenant is refused.
 */
export const reachedThrough: ReadonlyMap<string, ReachedThrough> = new Map([
  ["extension_version", { column: "id", table: "tenant_extension_install", tableColumn: "version_id" }],
  ["extension_bundle", { column: "version_id", table: "tenant_extension_install", tableColumn: "version_id" }]
])

/**
 * The functions that a statement may call with anything. None of them reads a table, a file or the network. It may call
 * `set_config` too, to tell the database the caller's tenant until the transaction ends.
 */
export const allowedFunctions: ReadonlySet<string> = new Set([
  "chr",
  "count",
  "left",
  "lower",
  "octet_length",
  "regexp_replace",
  "to_char",
  "translate",
  "upper",
  // What the grammar makes of AT TIME ZONE.
  "pg_catalog.timezone",
  // What the grammar makes of LIKE … ESCAPE.
  "pg_catalog.like_escape"
])
