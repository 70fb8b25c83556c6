/** A table that this project reads. */
export interface ReadTable {
  readonly table: string
  /** The column that says whose row it is; null where rows belong to no tenant. */
  readonly tenant: { readonly column: string; readonly type: "uuid" | "text" } | null
  /** Every column that a statement of the ports names, in any clause, the tenant's included. */
  readonly columns: ReadonlyArray<string>
}

const owned = { column: "tenant", type: "uuid" } as const

/**
 * The tables in the schema `public` that the ports read, and of each exactly the columns that their statements name: what
 * a login needs to be allowed to read, and no more.
 *
 * `extension_version` and `extension_bundle` describe what a publisher released, for everybody: they have no tenant, and
 * hold no tenant's data. They are reached through the tenant's install alone.
 */
export const readTables: ReadonlyArray<ReadTable> = [
  { table: "tenants", tenant: owned, columns: ["tenant", "suspended_at"] },
  {
    table: "clients",
    tenant: owned,
    columns: [
      "tenant",
      "client_id",
      "client_name",
      "client_type",
      "is_inactive",
      "default_currency_code",
      "account_manager_id",
      "billing_email"
    ]
  },
  {
    table: "users",
    tenant: owned,
    columns: ["tenant", "user_id", "first_name", "last_name", "user_type", "contact_id", "is_inactive"]
  },
  { table: "contacts", tenant: owned, columns: ["tenant", "contact_name_id", "client_id"] },
  {
    table: "service_catalog",
    tenant: owned,
    columns: [
      "tenant",
      "service_id",
      "service_name",
      "description",
      "default_rate",
      "unit_of_measure",
      "billing_method",
      "custom_service_type_id",
      "item_kind",
      "is_active",
      "sku"
    ]
  },
  { table: "service_types", tenant: owned, columns: ["tenant", "id", "name"] },
  { table: "roles", tenant: owned, columns: ["tenant", "role_id", "msp", "client"] },
  {
    table: "permissions",
    tenant: owned,
    columns: ["tenant", "permission_id", "resource", "action", "msp", "client"]
  },
  { table: "role_permissions", tenant: owned, columns: ["tenant", "role_id", "permission_id"] },
  { table: "user_roles", tenant: owned, columns: ["tenant", "user_id", "role_id"] },
  { table: "tag_definitions", tenant: owned, columns: ["tenant", "tag_id", "tag_text"] },
  { table: "tag_mappings", tenant: owned, columns: ["tenant", "tag_id", "tagged_id", "tagged_type"] },
  {
    table: "tenant_extension_install",
    tenant: { column: "tenant_id", type: "text" },
    columns: ["id", "tenant_id", "registry_id", "version_id", "granted_caps", "is_enabled", "status"]
  },
  { table: "extension_version", tenant: null, columns: ["id", "registry_id", "capabilities"] },
  { table: "extension_bundle", tenant: null, columns: ["version_id", "content_hash"] }
]
