import { ExtensionId, InstallId, TenantId } from "@alga-psa/ext-domain/Identifiers"
import type { Dataset } from "../../Dataset.ts"
import type { Chance } from "./chance.ts"

/** The name of a table. */
export type Table = keyof Dataset
/** A row of a table. */
export type RowOf<T extends Table> = Dataset[T][number]

const numbered = (kind: string, count: number) =>
  Array.from({ length: count }, (_, at) => `${kind}0000000-0000-4000-8000-${String(at).padStart(12, "0")}`)

/** Few values, so that rows of all tenants share them and searches hit them. */
export const pools = {
  tenants: numbered("1", 3).map((id) => TenantId.make(id)),
  extensions: numbered("2", 3).map((id) => ExtensionId.make(id)),
  versions: numbered("3", 5),
  installs: numbered("4", 8).map((id) => InstallId.make(id)),
  /** One pool for the ids of all that belongs to a tenant: a client, a user and a role may have the same. */
  ids: numbered("a", 9),
  prices: numbered("5", 30),
  names: ["Alpha", "alpha", "ALPHA", "Al%ha", "Al_ha", "Al\\ha", "alpha b", "Beta", "béta", "Zeta", "zeta ", "日", ""],
  emails: ["a@alpha.example", "A@ALPHA.example", "%@_.example", "beta@example.com"],
  capabilities: [
    ["cap:client.read", "cap:service.read"],
    ["cap:client.read"],
    ["cap:service.read"],
    [" CAP:client.read"],
    []
  ] as ReadonlyArray<ReadonlyArray<string>>
} as const

const flags = [true, false] as const
const flagsOrNull = [true, false, null] as const

type Makers = { readonly [T in Table]: (chance: Chance) => RowOf<T> }

/** Makes a row of random values. Two rows may have the same key. */
export const makers: Makers = {
  tenants: ({ oneIn, pick }) => ({
    tenant: pick(pools.tenants),
    client_name: pick(pools.names),
    email: pick(pools.emails),
    ...(oneIn(4)
      ? { suspended_at: "2026-01-01T00:00:00.000Z", suspended_reason: "tenant_cancelled" }
      : { suspended_at: null, suspended_reason: null })
  }),
  clients: ({ pick }) => ({
    tenant: pick(pools.tenants),
    client_id: pick(pools.ids),
    client_name: pick(pools.names),
    client_type: pick(["company", "individual"] as const),
    is_inactive: pick(flagsOrNull),
    default_currency_code: pick(["USD", "EUR"]),
    account_manager_id: pick([...pools.ids, null]),
    billing_email: pick([...pools.emails, null]),
    lifecycle_status: pick(["prospect", "active", "former"] as const)
  }),
  contacts: ({ pick }) => ({
    tenant: pick(pools.tenants),
    contact_name_id: pick(pools.ids),
    full_name: pick([...pools.names, null]),
    email: pick([...pools.emails, null]),
    client_id: pick([...pools.ids, null])
  }),
  users: ({ pick }) => ({
    tenant: pick(pools.tenants),
    user_id: pick(pools.ids),
    username: pick(pools.names),
    hashed_password: "!",
    email: pick(pools.emails),
    first_name: pick([...pools.names, null]),
    last_name: pick([...pools.names, null]),
    is_inactive: pick(flagsOrNull),
    user_type: pick(["internal", "client"] as const),
    contact_id: pick([...pools.ids, null])
  }),
  service_types: ({ pick }) => ({ tenant: pick(pools.tenants), id: pick(pools.ids), name: pick(pools.names) }),
  service_catalog: ({ pick }) => ({
    tenant: pick(pools.tenants),
    service_id: pick(pools.ids),
    service_name: pick(pools.names),
    description: pick([...pools.names, null]),
    default_rate: pick([0, 1, 12_500, null]),
    unit_of_measure: pick(["hour", "", null]),
    billing_method: pick(["fixed", "hourly", "usage", "per_unit", ""]),
    custom_service_type_id: pick(pools.ids),
    item_kind: pick(["service", "product"] as const),
    is_active: pick(flags),
    sku: pick([...pools.names, null])
  }),
  service_prices: ({ pick }) => ({
    tenant: pick(pools.tenants),
    price_id: pick(pools.prices),
    service_id: pick(pools.ids),
    currency_code: pick(["USD", "EUR", "usd"]),
    rate: pick([0, 1, 9_900, -100])
  }),
  roles: ({ pick }) => ({
    tenant: pick(pools.tenants),
    role_id: pick(pools.ids),
    role_name: pick(pools.names),
    msp: pick(flags),
    client: pick(flags)
  }),
  permissions: ({ pick }) => ({
    tenant: pick(pools.tenants),
    permission_id: pick(pools.ids),
    resource: pick(["client", "service", "ticket"]),
    action: pick(["read", "update"]),
    msp: pick(flags),
    client: pick(flags)
  }),
  role_permissions: ({ pick }) => ({
    tenant: pick(pools.tenants),
    role_id: pick(pools.ids),
    permission_id: pick(pools.ids)
  }),
  user_roles: ({ pick }) => ({ tenant: pick(pools.tenants), user_id: pick(pools.ids), role_id: pick(pools.ids) }),
  tag_definitions: ({ pick }) => ({
    tenant: pick(pools.tenants),
    tag_id: pick(pools.ids),
    tag_text: pick(pools.names),
    tagged_type: pick(["client", "ticket"])
  }),
  tag_mappings: ({ pick }) => ({
    tenant: pick(pools.tenants),
    mapping_id: pick(pools.ids),
    tag_id: pick(pools.ids),
    tagged_id: pick(pools.ids),
    tagged_type: pick(["client", "ticket"])
  }),
  extension_registry: ({ pick }) => {
    const id = pick(pools.extensions)
    return { id, publisher: "example", name: `com.example.${id}`, display_name: pick([...pools.names, null]) }
  },
  extension_version: ({ pick }) => ({
    id: pick(pools.versions),
    registry_id: pick(pools.extensions),
    version: pick(["1.0.0", "1.0.1"]),
    runtime: "wasm-js@1",
    main_entry: "dist/main.wasm",
    capabilities: pick(pools.capabilities)
  }),
  extension_bundle: ({ pick }) => ({
    id: pick(pools.ids),
    version_id: pick(pools.versions),
    content_hash: pick(["a", "b", "c"]).repeat(64)
  }),
  tenant_extension_install: ({ oneIn, pick }) => ({
    id: pick(pools.installs),
    tenant_id: pick(pools.tenants),
    registry_id: pick(pools.extensions),
    version_id: pick(pools.versions),
    granted_caps: pick(pools.capabilities),
    is_enabled: !oneIn(4),
    status: pick(["enabled", "enabled", "disabled", "pending"] as const),
    runner_domain: null
  })
}

type Keys = { readonly [T in Table]: (row: RowOf<T>) => ReadonlyArray<ReadonlyArray<unknown>> }

/**
 * The values that no two rows of a table share: the tables' own keys. Some of them must leave out the tenant of a row.
 */
const keys: Keys = {
  tenants: (row) => [[row.tenant]],
  clients: (row) => [
    [row.tenant, row.client_id],
    [row.tenant, row.client_name]
  ],
  contacts: (row) => [
    [row.tenant, row.contact_name_id],
    [row.tenant, row.email]
  ],
  users: (row) => [[row.tenant, row.user_id]],
  service_types: (row) => [
    [row.tenant, row.id],
    [row.tenant, row.name]
  ],
  service_catalog: (row) => [
    [row.tenant, row.service_id],
    [row.tenant, row.item_kind === "product" ? row.sku : null]
  ],
  service_prices: (row) => [[row.price_id], [row.tenant, row.service_id, row.currency_code]],
  roles: (row) => [[row.tenant, row.role_id]],
  permissions: (row) => [[row.tenant, row.permission_id]],
  role_permissions: (row) => [[row.tenant, row.role_id, row.permission_id]],
  user_roles: (row) => [[row.tenant, row.user_id, row.role_id]],
  tag_definitions: (row) => [
    [row.tenant, row.tag_id],
    [row.tenant, row.tag_text, row.tagged_type]
  ],
  tag_mappings: (row) => [
    [row.tenant, row.mapping_id],
    [row.tenant, row.tag_id, row.tagged_id]
  ],
  extension_registry: (row) => [[row.id], [row.publisher, row.name]],
  extension_version: (row) => [[row.id], [row.registry_id, row.version]],
  extension_bundle: (row) => [[row.id], [row.version_id, row.content_hash]],
  tenant_extension_install: (row) => [[row.id], [row.tenant_id, row.registry_id]]
}

/** Whether two rows cannot both be in the table. A NULL is equal to nothing. */
const collide = <T extends Table>(table: T, one: RowOf<T>, other: RowOf<T>): boolean => {
  const ofOther = keys[table](other)
  return keys[table](one).some((key, at) => key.every((part, in_) => part !== null && part === ofOther[at]?.[in_]))
}

/** The rows with the given one in place of those that it collides with. */
export const put = <T extends Table>(rows: Dataset, table: T, row: RowOf<T>): Dataset => ({
  ...rows,
  [table]: [...(rows[table] as ReadonlyArray<RowOf<T>>).filter((other) => !collide(table, row, other)), row]
})

/** The rows without this one. */
export const without = (rows: Dataset, table: Table, row: RowOf<Table>): Dataset => ({
  ...rows,
  [table]: (rows[table] as ReadonlyArray<RowOf<Table>>).filter((other) => other !== row)
})
