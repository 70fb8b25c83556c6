import type { ReadColumns } from "./PgResource.ts"
import { pgResources } from "./PgResources.ts"

/** A table that this project reads. */
export interface ReadTable {
  readonly table: string
  /** The column that says whose row it is; null where rows belong to no tenant. */
  readonly tenant: { readonly column: string; readonly type: "uuid" | "text" } | null
  /** Every column that a statement of the ports names, in any clause, the tenant's included. */
  readonly columns: ReadonlyArray<string>
}

/** What is read to know who may read. */
const ofRights: ReadColumns = {
  users: ["tenant", "user_id", "user_type", "contact_id", "is_inactive"],
  contacts: ["tenant", "contact_name_id", "client_id"],
  roles: ["tenant", "role_id", "msp", "client"],
  permissions: ["tenant", "permission_id", "resource", "action", "msp", "client"],
  role_permissions: ["tenant", "role_id", "permission_id"],
  user_roles: ["tenant", "user_id", "role_id"],
  tenant_extension_install: [
    "id",
    "tenant_id",
    "registry_id",
    "version_id",
    "granted_caps",
    "is_enabled",
    "status",
    "runner_domain"
  ],
  extension_version: ["id", "registry_id", "capabilities"],
  extension_bundle: ["id", "version_id", "content_hash", "created_at"]
}

/** Tables whose rows do not say their tenant in a column `tenant` of type `uuid`. */
const otherTenants: Readonly<Record<string, ReadTable["tenant"]>> = {
  tenant_extension_install: { column: "tenant_id", type: "text" },
  extension_version: null,
  extension_bundle: null
}

const ofTenants: ReadColumns = { tenants: ["tenant", "suspended_at"] }

const parts = [ofTenants, ...Object.values(pgResources).map(({ columns }) => columns), ofRights]

/**
 * The tables in the schema `public` that the ports read, and of each exactly the columns that their statements name: what
 * a login needs to be allowed to read, and no more.
 *
 * `extension_version` and `extension_bundle` describe what a publisher released, for everybody: they have no tenant, and
 * hold no tenant's data. They are reached through an install alone.
 */
export const readTables: ReadonlyArray<ReadTable> = [...new Set(parts.flatMap(Object.keys))].map((table) => ({
  table,
  tenant: table in otherTenants ? (otherTenants[table] ?? null) : { column: "tenant", type: "uuid" },
  columns: [...new Set(parts.flatMap((columns) => columns[table] ?? []))]
}))
