/** A row of `tenants`. */
export interface TenantRow {
  readonly tenant: string
  readonly client_name: string
  readonly email: string
  /** ISO 8601, or null while the tenant is not suspended. */
  readonly suspended_at: string | null
  readonly suspended_reason: string | null
}

/** A row of `clients`. */
export interface ClientRow {
  readonly tenant: string
  readonly client_id: string
  readonly client_name: string
  readonly client_type: "company" | "individual"
  readonly is_inactive: boolean | null
  readonly default_currency_code: string
  readonly account_manager_id: string | null
  readonly billing_email: string | null
  readonly lifecycle_status: "prospect" | "active" | "former"
}

/** A row of `contacts`. */
export interface ContactRow {
  readonly tenant: string
  readonly contact_name_id: string
  readonly full_name: string | null
  readonly email: string | null
  readonly client_id: string | null
}

/** A row of `users`. */
export interface UserRow {
  readonly tenant: string
  readonly user_id: string
  readonly username: string
  readonly hashed_password: string
  readonly email: string
  readonly first_name: string | null
  readonly last_name: string | null
  readonly is_inactive: boolean | null
  readonly user_type: "internal" | "client"
  readonly contact_id: string | null
}

/** A row of `service_types`. */
export interface ServiceTypeRow {
  readonly tenant: string
  readonly id: string
  readonly name: string
}

/** A row of `service_catalog`. */
export interface ServiceRow {
  readonly tenant: string
  readonly service_id: string
  readonly service_name: string
  readonly description: string | null
  /** Minor currency units (cents). */
  readonly default_rate: number | null
  readonly unit_of_measure: string | null
  /** Any text: the table has no constraint on it. */
  readonly billing_method: string
  readonly custom_service_type_id: string
  readonly item_kind: "service" | "product"
  readonly is_active: boolean
  readonly sku: string | null
}

/** A row of `service_prices`. */
export interface ServicePriceRow {
  readonly tenant: string
  readonly price_id: string
  readonly service_id: string
  /** Three letters. */
  readonly currency_code: string
  /** Minor currency units (cents). */
  readonly rate: number
}

/** A row of `roles`. */
export interface RoleRow {
  readonly tenant: string
  readonly role_id: string
  readonly role_name: string
  readonly msp: boolean
  readonly client: boolean
}

/** A row of `permissions`. */
export interface PermissionRow {
  readonly tenant: string
  readonly permission_id: string
  readonly resource: string
  readonly action: string
  readonly msp: boolean
  readonly client: boolean
}

/** A row of `role_permissions`. */
export interface RolePermissionRow {
  readonly tenant: string
  readonly role_id: string
  readonly permission_id: string
}

/** A row of `user_roles`. */
export interface UserRoleRow {
  readonly tenant: string
  readonly user_id: string
  readonly role_id: string
}

/** A row of `tag_definitions`. */
export interface TagDefinitionRow {
  readonly tenant: string
  readonly tag_id: string
  readonly tag_text: string
  readonly tagged_type: string
}

/** A row of `tag_mappings`. */
export interface TagMappingRow {
  readonly tenant: string
  readonly mapping_id: string
  readonly tag_id: string
  readonly tagged_id: string
  readonly tagged_type: string
}

/** A row of `extension_registry`. */
export interface ExtensionRow {
  readonly id: string
  readonly publisher: string
  readonly name: string
  readonly display_name: string | null
}

/** A row of `extension_version`. */
export interface ExtensionVersionRow {
  readonly id: string
  readonly registry_id: string
  readonly version: string
  readonly runtime: string
  readonly main_entry: string
  /** An array of capability names by convention; the column takes any JSON. */
  readonly capabilities: unknown
}

/** A row of `extension_bundle`. */
export interface ExtensionBundleRow {
  readonly id: string
  readonly version_id: string
  /** SHA-256 of the archive in hexadecimal, with or without `sha256:` in front. */
  readonly content_hash: string
  /** ISO 8601. Of several, the newest counts. */
  readonly created_at?: string
}

/** A row of `tenant_extension_install`. */
export interface InstallRow {
  readonly id: string
  readonly tenant_id: string
  readonly registry_id: string
  readonly version_id: string
  /** An array of capability names by convention; the column takes any JSON. */
  readonly granted_caps: unknown
  readonly is_enabled: boolean
  readonly status: "enabled" | "disabled" | "pending"
  /** The host name under which its page is asked for, in lower case; null where it has none. */
  readonly runner_domain: string | null
}

/**
 * Rows for every table that the ports read, under the tables' own column names: the columns that are read, and those
 * that a row cannot do without. Ids are UUIDs in lower case. The same data loads into memory and into PostgreSQL.
 */
export interface Dataset {
  readonly tenants: ReadonlyArray<TenantRow>
  readonly clients: ReadonlyArray<ClientRow>
  readonly contacts: ReadonlyArray<ContactRow>
  readonly users: ReadonlyArray<UserRow>
  readonly service_types: ReadonlyArray<ServiceTypeRow>
  readonly service_catalog: ReadonlyArray<ServiceRow>
  readonly service_prices: ReadonlyArray<ServicePriceRow>
  readonly roles: ReadonlyArray<RoleRow>
  readonly permissions: ReadonlyArray<PermissionRow>
  readonly role_permissions: ReadonlyArray<RolePermissionRow>
  readonly user_roles: ReadonlyArray<UserRoleRow>
  readonly tag_definitions: ReadonlyArray<TagDefinitionRow>
  readonly tag_mappings: ReadonlyArray<TagMappingRow>
  readonly extension_registry: ReadonlyArray<ExtensionRow>
  readonly extension_version: ReadonlyArray<ExtensionVersionRow>
  readonly extension_bundle: ReadonlyArray<ExtensionBundleRow>
  readonly tenant_extension_install: ReadonlyArray<InstallRow>
}

/** A data set of the given tables; the others are empty. */
export const dataset = (tables: Partial<Dataset> = {}): Dataset => ({
  tenants: [],
  clients: [],
  contacts: [],
  users: [],
  service_types: [],
  service_catalog: [],
  service_prices: [],
  roles: [],
  permissions: [],
  role_permissions: [],
  user_roles: [],
  tag_definitions: [],
  tag_mappings: [],
  extension_registry: [],
  extension_version: [],
  extension_bundle: [],
  tenant_extension_install: [],
  ...tables
})

/** One data set with the rows of all. */
export const mergeDatasets = (...parts: ReadonlyArray<Partial<Dataset>>): Dataset => ({
  tenants: parts.flatMap((part) => part.tenants ?? []),
  clients: parts.flatMap((part) => part.clients ?? []),
  contacts: parts.flatMap((part) => part.contacts ?? []),
  users: parts.flatMap((part) => part.users ?? []),
  service_types: parts.flatMap((part) => part.service_types ?? []),
  service_catalog: parts.flatMap((part) => part.service_catalog ?? []),
  service_prices: parts.flatMap((part) => part.service_prices ?? []),
  roles: parts.flatMap((part) => part.roles ?? []),
  permissions: parts.flatMap((part) => part.permissions ?? []),
  role_permissions: parts.flatMap((part) => part.role_permissions ?? []),
  user_roles: parts.flatMap((part) => part.user_roles ?? []),
  tag_definitions: parts.flatMap((part) => part.tag_definitions ?? []),
  tag_mappings: parts.flatMap((part) => part.tag_mappings ?? []),
  extension_registry: parts.flatMap((part) => part.extension_registry ?? []),
  extension_version: parts.flatMap((part) => part.extension_version ?? []),
  extension_bundle: parts.flatMap((part) => part.extension_bundle ?? []),
  tenant_extension_install: parts.flatMap((part) => part.tenant_extension_install ?? [])
})
