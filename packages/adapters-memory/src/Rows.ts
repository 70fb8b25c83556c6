import type {
  ClientRow,
  ContactRow,
  ExtensionRow,
  ExtensionVersionRow,
  InstallRow,
  PermissionRow,
  RoleRow,
  ServiceRow,
  TenantRow,
  UserRow
} from "./Dataset.ts"

type Given<Row, Keys extends keyof Row> = Pick<Row, Keys> & Partial<Row>

/** A tenant in good standing, unless said otherwise. */
export const tenantRow = (row: Given<TenantRow, "tenant">): TenantRow => ({
  client_name: `Tenant ${row.tenant}`,
  email: "office@example.com",
  suspended_at: null,
  suspended_reason: null,
  ...row
})

/** An active company without manager or billing address, unless said otherwise. */
export const clientRow = (row: Given<ClientRow, "tenant" | "client_id" | "client_name">): ClientRow => ({
  client_type: "company",
  is_inactive: false,
  default_currency_code: "USD",
  account_manager_id: null,
  billing_email: null,
  lifecycle_status: "active",
  ...row
})

/** A contact of no client, unless said otherwise. */
export const contactRow = (row: Given<ContactRow, "tenant" | "contact_name_id">): ContactRow => ({
  full_name: null,
  email: null,
  client_id: null,
  ...row
})

/** An active internal user without a name, unless said otherwise. Nobody can log in with the password hash. */
export const userRow = (row: Given<UserRow, "tenant" | "user_id">): UserRow => ({
  username: row.user_id,
  hashed_password: "!",
  email: `${row.user_id}@example.com`,
  first_name: null,
  last_name: null,
  is_inactive: false,
  user_type: "internal",
  contact_id: null,
  ...row
})

/** An active service, billed by the hour, without rate, unit or SKU, unless said otherwise. */
export const serviceRow = (
  row: Given<ServiceRow, "tenant" | "service_id" | "service_name" | "custom_service_type_id">
): ServiceRow => ({
  description: null,
  default_rate: null,
  unit_of_measure: null,
  billing_method: "hourly",
  item_kind: "service",
  is_active: true,
  sku: null,
  ...row
})

/** A role of the provider's own portal, unless said otherwise. */
export const roleRow = (row: Given<RoleRow, "tenant" | "role_id">): RoleRow => ({
  role_name: "Role",
  msp: true,
  client: false,
  ...row
})

/** A permission of the provider's own portal, unless said otherwise. */
export const permissionRow = (
  row: Given<PermissionRow, "tenant" | "permission_id" | "resource" | "action">
): PermissionRow => ({ msp: true, client: false, ...row })

/** A registered extension with a name of its own, unless said otherwise. */
export const extensionRow = (row: Given<ExtensionRow, "id">): ExtensionRow => ({
  publisher: "example",
  name: `com.example.${row.id}`,
  display_name: null,
  ...row
})

/** A version that declares no capability, unless said otherwise. */
export const extensionVersionRow = (row: Given<ExtensionVersionRow, "id" | "registry_id">): ExtensionVersionRow => ({
  version: "1.0.0",
  runtime: "wasm-js@1",
  main_entry: "dist/main.wasm",
  capabilities: [],
  ...row
})

/** An enabled install without grants, unless said otherwise. */
export const installRow = (row: Given<InstallRow, "id" | "tenant_id" | "registry_id" | "version_id">): InstallRow => ({
  granted_caps: [],
  is_enabled: true,
  status: "enabled",
  runner_domain: null,
  ...row
})
