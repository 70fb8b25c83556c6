import { type Dataset, dataset } from "../../Dataset.ts"
import type { Caller } from "./caller.ts"
import type { Chance } from "./chance.ts"
import { makers, pools, put, type RowOf, type Table, without } from "./rows.ts"

/** A row and its table. */
export type Placed = { readonly [T in Table]: { readonly table: T; readonly row: RowOf<T> } }[Table]

/** Puts the row in place of those that it collides with. */
export const place = (rows: Dataset, { row, table }: Placed): Dataset => put(rows, table, row as never)

const tables = Object.keys(makers) as ReadonlyArray<Table>

/** A random row of a random table, or of the given one. */
export const randomRow = (chance: Chance, table: Table = chance.pick(tables)): Placed =>
  ({ table, row: makers[table](chance) }) as Placed

/** The row with one of its values changed at random. */
export const withOneChange = (chance: Chance, { row, table }: Placed): Placed => {
  const other: object = makers[table](chance)
  const column = chance.pick(Object.keys(other))
  const { suspended_at, suspended_reason } = { suspended_at: null, suspended_reason: null, ...other }
  // A tenant has a reason exactly where it is suspended.
  const changed = column.startsWith("suspended")
    ? { suspended_at, suspended_reason }
    : { [column]: other[column as keyof typeof other] }
  return { table, row: { ...row, ...changed } } as Placed
}

/** The rows that let the caller read both, each of them needed. */
const links = (chance: Chance, caller: Caller, contentHash: string): ReadonlyArray<Placed> => {
  const { pick } = chance
  const { extension, install, tenant, user } = caller
  const version_id = pools.versions[0] as string
  const [, role_id, client_id, contact_id] = pools.ids as unknown as [string, string, string, string]
  const permissions = ["client", "service"].map((resource, at) => ({
    resource,
    permission_id: pools.ids[at] as string
  }))
  const portal = { msp: caller.kind === "staff", client: caller.kind === "portal" }
  const of = <T extends Table>(table: T, row: Partial<RowOf<T>>): Placed =>
    ({ table, row: { ...makers[table](chance), ...row } }) as Placed
  return [
    of("tenants", { tenant, suspended_at: null, suspended_reason: null }),
    of("extension_registry", { id: extension, name: `com.example.${extension}` }),
    of("extension_version", { id: version_id, registry_id: extension, capabilities: pools.capabilities[0] }),
    of("extension_bundle", { version_id, content_hash: contentHash }),
    of("tenant_extension_install", {
      id: install,
      tenant_id: tenant,
      registry_id: extension,
      version_id,
      granted_caps: pools.capabilities[0],
      is_enabled: true,
      status: "enabled"
    }),
    ...(user === null
      ? []
      : [
          of("clients", { tenant, client_id }),
          of("contacts", { tenant, contact_name_id: contact_id, client_id }),
          of("users", {
            tenant,
            user_id: user,
            contact_id,
            is_inactive: pick([false, null]),
            user_type: caller.kind === "portal" ? "client" : "internal"
          }),
          of("roles", { tenant, role_id, ...portal }),
          of("user_roles", { tenant, user_id: user, role_id }),
          ...permissions.flatMap(({ permission_id, resource }) => [
            of("permissions", { tenant, permission_id, resource, action: "read", ...portal }),
            of("role_permissions", { tenant, role_id, permission_id })
          ])
        ])
  ]
}

/** How many random rows a table gets, before rows with equal keys replace each other. */
const counts: Readonly<Record<Table, number>> = {
  tenants: 6,
  clients: 18,
  contacts: 6,
  users: 10,
  service_types: 10,
  service_catalog: 18,
  service_prices: 14,
  roles: 3,
  permissions: 5,
  role_permissions: 5,
  user_roles: 4,
  tag_definitions: 10,
  tag_mappings: 18,
  extension_registry: 8,
  extension_version: 5,
  extension_bundle: 4,
  tenant_extension_install: 6
}

/** What breaks a link of a table beside its absence. */
const breaks: Readonly<Partial<Record<Table, (chance: Chance, caller: Caller) => object>>> = {
  tenants: () => ({ suspended_at: "2026-01-01T00:00:00.000Z", suspended_reason: "tenant_cancelled" }),
  extension_version: ({ pick }) => ({ capabilities: pick(pools.capabilities) }),
  tenant_extension_install: ({ pick }) =>
    pick<object>([
      { granted_caps: pick(pools.capabilities) },
      { tenant_id: pick(pools.tenants) },
      { is_enabled: false },
      { status: pick(["disabled", "pending"]) }
    ]),
  users: ({ pick }) => pick<object>([{ is_inactive: true }, { contact_id: null }]),
  contacts: () => ({ client_id: null }),
  roles: (_, { kind }) => ({ msp: kind === "portal", client: kind === "staff" }),
  permissions: (_, { kind }) => ({ msp: kind === "portal", client: kind === "staff" }),
  role_permissions: ({ pick }) => ({ permission_id: pick(pools.ids) }),
  user_roles: ({ pick }) => ({ user_id: pick(pools.ids) })
}

/** The link as it may not let the caller read; null where it is to be gone. */
const broken = (chance: Chance, caller: Caller, link: Placed): Placed | null => {
  if (chance.oneIn(2)) return { ...link, row: { ...link.row, ...breaks[link.table]?.(chance, caller) } } as Placed
  return chance.oneIn(4) ? withOneChange(chance, link) : null
}

/**
 * Random rows of all tenants, and the rows that let the caller read: all of them, or all but one that is missing or
 * changed. What lets the caller read is given too.
 */
export const baseOf = (chance: Chance, caller: Caller, contentHash: string) => {
  let rows = dataset()
  for (const table of tables) {
    for (let i = 0; i < counts[table]; i++) rows = place(rows, randomRow(chance, table))
  }
  const wanted = links(chance, caller, contentHash)
  for (const link of wanted) rows = place(rows, link)
  if (!chance.oneIn(3)) {
    const table = chance.pick(tables.filter((name) => name in breaks && wanted.some((it) => it.table === name)))
    const link = chance.pick(wanted.filter((it) => it.table === table))
    rows = without(rows, link.table, link.row)
    const instead = broken(chance, caller, link)
    if (instead !== null) rows = place(rows, instead)
  }
  return { rows, links: wanted }
}
