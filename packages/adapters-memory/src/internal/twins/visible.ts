import type { KnownResource } from "@alga-psa/ext-domain/Resources"
import type { Dataset } from "../../Dataset.ts"
import type { Caller } from "./caller.ts"

/*
 * The rule of who may see what, stated a second time apart from the code under test. An answer may depend only on what
 * is gathered here. It follows the documents alone.
 */

const capabilityNames = (stored: unknown): ReadonlyArray<string> =>
  Array.isArray(stored)
    ? stored.filter((name) => typeof name === "string").map((name: string) => name.trim().toLowerCase())
    : []

/** What the caller's install is, or null where the tenant has no such install of the extension. */
const installOf = (rows: Dataset, caller: Caller) => {
  const [owner] = rows.tenants.filter((row) => row.tenant === caller.tenant)
  const [install] = rows.tenant_extension_install.filter(
    (row) => row.tenant_id === caller.tenant && row.id === caller.install
  )
  const [version] = rows.extension_version.filter(
    (row) => row.id === install?.version_id && row.registry_id === install.registry_id
  )
  if (owner === undefined || install === undefined || version === undefined) return null
  if (owner.suspended_at !== null) return { state: "suspended", extension: install.registry_id }
  if (!install.is_enabled || install.status !== "enabled") return { state: "off", extension: install.registry_id }
  const granted = capabilityNames(install.granted_caps)
  const effective = capabilityNames(version.capabilities).filter(
    (name) => granted.includes(name) && (caller.restrictTo === null || caller.restrictTo.has(name as never))
  )
  return {
    state: "on",
    extension: install.registry_id,
    version: version.id,
    declared: version.capabilities,
    hashes: rows.extension_bundle
      .filter((row) => row.version_id === version.id)
      .map((row) => row.content_hash)
      .sort(),
    effective: [...new Set(effective)].sort()
  }
}

const userOf = (rows: Dataset, caller: Caller) =>
  rows.users.find((row) => row.tenant === caller.tenant && row.user_id === caller.user && row.is_inactive !== true)

const holds = (rows: Dataset, caller: Caller, resource: string): boolean => {
  if (caller.user === null) return caller.trigger === "schedule" || caller.trigger === "webhook"
  const user = userOf(rows, caller)
  const portal = user?.user_type === "client" ? "client" : "msp"
  const own = <Row extends { readonly tenant: string }>(table: ReadonlyArray<Row>) =>
    table.filter((row) => row.tenant === caller.tenant)
  return (
    user !== undefined &&
    own(rows.user_roles).some(
      (held) =>
        held.user_id === user.user_id &&
        own(rows.roles).some(
          (role) =>
            role.role_id === held.role_id &&
            role[portal] &&
            own(rows.role_permissions).some(
              (given) =>
                given.role_id === role.role_id &&
                own(rows.permissions).some(
                  (permission) =>
                    permission.permission_id === given.permission_id &&
                    permission[portal] &&
                    permission.resource === resource &&
                    permission.action === "read"
                )
            )
        )
    )
  )
}

const personName = (rows: Dataset, tenant: string, id: string | null): string | null => {
  const [person] = rows.users.filter((row) => row.tenant === tenant && row.user_id === id)
  return [person?.first_name, person?.last_name].filter(Boolean).join(" ").trim() || null
}

const clientsOf = (rows: Dataset, caller: Caller) => {
  const user = userOf(rows, caller)
  const [contact] = rows.contacts.filter(
    (row) => row.tenant === caller.tenant && row.contact_name_id === user?.contact_id
  )
  return rows.clients
    .filter((row) => row.tenant === caller.tenant)
    .filter((row) => user?.user_type !== "client" || row.client_id === contact?.client_id)
    .map((row) => [
      row.client_id,
      row.client_name,
      row.client_type,
      row.is_inactive === true,
      row.default_currency_code,
      row.account_manager_id,
      personName(rows, caller.tenant, row.account_manager_id),
      row.billing_email,
      // Tags are the provider's own.
      user?.user_type === "client"
        ? null
        : rows.tag_mappings
            .filter(
              (tag) => tag.tenant === caller.tenant && tag.tagged_type === "client" && tag.tagged_id === row.client_id
            )
            .flatMap((tag) =>
              rows.tag_definitions.filter((it) => it.tenant === caller.tenant && it.tag_id === tag.tag_id)
            )
            .map((it) => it.tag_text)
            .sort()
    ])
    .sort()
}

const servicesOf = (rows: Dataset, caller: Caller) =>
  rows.service_catalog
    .filter((row) => row.tenant === caller.tenant && ["fixed", "hourly", "usage"].includes(row.billing_method))
    .map((row) => [
      row.service_id,
      row.service_name,
      // Only a search tells it, without regard to case and never by a blank at its end.
      (row.description ?? "").toLowerCase().trim(),
      row.item_kind,
      row.billing_method,
      rows.service_types
        .filter((type) => type.tenant === caller.tenant && type.id === row.custom_service_type_id)
        .map((type) => [type.id, type.name]),
      row.default_rate ?? 0,
      row.unit_of_measure ?? "",
      row.is_active,
      row.sku,
      rows.service_prices
        .filter((price) => price.tenant === caller.tenant && price.service_id === row.service_id)
        .map((price) => [price.currency_code, price.rate])
        .sort()
    ])
    .sort()

type RecordsOf = (rows: Dataset, caller: Caller) => ReadonlyArray<unknown>

/** Of every resource: what an install and a user need, and which records they then see. */
const rules: Readonly<Record<KnownResource["name"], readonly [capability: string, resource: string, RecordsOf]>> = {
  clients: ["cap:client.read", "client", clientsOf],
  services: ["cap:service.read", "service", servicesOf]
}

/** What a caller may see of a data set, as text. */
export interface Visible {
  /** What the answers to reads may depend on. Where it differs, some answer does. */
  readonly records: string
  /** What an execution as a whole may depend on beside them. */
  readonly install: string
}

/** Everything that the caller may see. Two data sets in which it is the same must give the same answers. */
export const visible = (rows: Dataset, caller: Caller): Visible => {
  const install = installOf(rows, caller)
  const records = (capability: string, resource: string, all: RecordsOf) => {
    const allowed =
      install?.state === "on" && install.extension === caller.extension && install.effective?.includes(capability)
    if (!allowed) return "capability-denied"
    return holds(rows, caller, resource) ? all(rows, caller) : "rbac-denied"
  }
  return {
    install: JSON.stringify(install),
    records: JSON.stringify(
      Object.values(rules).map(([capability, resource, all]) => records(capability, resource, all))
    )
  }
}
