import { type ClientSummary, type ClientSummaryV2, personName } from "@alga-psa/ext-domain/ClientSummary"
import { ClientId, ServiceId } from "@alga-psa/ext-domain/Identifiers"
import { type KnownResource, type ResourceReader, resources } from "@alga-psa/ext-domain/Resources"
import {
  ServiceBillingMethod,
  type ServicePrice,
  type ServiceSummary,
  type ServiceSummaryV2
} from "@alga-psa/ext-domain/ServiceSummary"
import { Layer, Schema } from "effect"
import type { ClientRow, Dataset, ServiceRow } from "./Dataset.ts"
import { memoryReader, type RecordsOf } from "./internal/memoryReader.ts"
import { byCodePoint } from "./internal/text.ts"
import type { MemoryStore } from "./MemoryStore.ts"

const tagsOf = (rows: Dataset, client: ClientRow): ReadonlyArray<string> =>
  rows.tag_mappings
    .filter(
      (mapping) =>
        mapping.tenant === client.tenant && mapping.tagged_type === "client" && mapping.tagged_id === client.client_id
    )
    .flatMap((mapping) =>
      rows.tag_definitions.filter((tag) => tag.tenant === client.tenant && tag.tag_id === mapping.tag_id)
    )
    .map((tag) => tag.tag_text)
    .sort(byCodePoint)

const clientSummary = (rows: Dataset, client: ClientRow): ClientSummary => {
  const manager = rows.users.find((user) => user.tenant === client.tenant && user.user_id === client.account_manager_id)
  return {
    clientId: ClientId.make(client.client_id),
    clientName: client.client_name,
    clientType: client.client_type,
    isInactive: client.is_inactive === true,
    defaultCurrencyCode: client.default_currency_code,
    accountManagerId: client.account_manager_id,
    accountManagerName: manager === undefined ? null : personName(manager.first_name, manager.last_name),
    billingEmail: client.billing_email
  }
}

const clientRecords: RecordsOf<ClientSummary, ClientSummaryV2> = (rows, tenant) =>
  rows.clients
    .filter((client) => client.tenant === tenant)
    .map((client) => {
      const summary = clientSummary(rows, client)
      return { summary, second: { ...summary, tags: tagsOf(rows, client) } }
    })

type VisibleRow = ServiceRow & { readonly billing_method: ServiceBillingMethod }

const isBillingMethod = Schema.is(ServiceBillingMethod)
const isVisible = (service: ServiceRow): service is VisibleRow => isBillingMethod(service.billing_method)

const serviceSummary = (rows: Dataset, service: VisibleRow): ServiceSummary => {
  const type = rows.service_types.find(
    (row) => row.tenant === service.tenant && row.id === service.custom_service_type_id
  )
  return {
    serviceId: ServiceId.make(service.service_id),
    serviceName: service.service_name,
    itemKind: service.item_kind,
    billingMethod: service.billing_method,
    serviceTypeId: type?.id ?? null,
    serviceTypeName: type?.name ?? null,
    defaultRate: service.default_rate ?? 0,
    unitOfMeasure: service.unit_of_measure ?? "",
    isActive: service.is_active,
    sku: service.sku
  }
}

const pricesOf = (rows: Dataset, service: ServiceRow): ReadonlyArray<ServicePrice> =>
  rows.service_prices
    .filter((price) => price.tenant === service.tenant && price.service_id === service.service_id)
    .map((price) => ({ currencyCode: price.currency_code, rate: price.rate }))
    .sort((one, other) => byCodePoint(one.currencyCode, other.currencyCode))

const serviceRecords: RecordsOf<ServiceSummary, ServiceSummaryV2> = (rows, tenant) =>
  rows.service_catalog
    .filter(isVisible)
    .filter((service) => service.tenant === tenant)
    .map((service) => {
      const summary = serviceSummary(rows, service)
      const second = { ...summary, prices: pricesOf(rows, service) }
      return { summary, second, also: { description: service.description } }
    })

/** The record that an operation finds: one, one of many, or one of a page. */
type FoundBy<Operations, Name extends string> =
  Operations extends Readonly<Record<Name, { readonly Found: { readonly Type: infer Found } }>>
    ? One<NonNullable<Found>>
    : never
type One<Found> = Found extends { readonly items: ReadonlyArray<infer Item> }
  ? Item
  : Found extends ReadonlyArray<infer Item>
    ? NonNullable<Item>
    : Found

/** What lists by page numbers and single reads show, and what pages by cursor and reads of many do: one where the other is not declared. */
type First<Operations> = FoundBy<Operations, "list"> | FoundBy<Operations, "get">
type Second<Operations> = FoundBy<Operations, "page"> | FoundBy<Operations, "getMany">
type Or<One, Other> = [One] extends [never] ? Other : One

/** How the rows of each resource become its records. */
const recordsOf: {
  readonly [Resource in KnownResource as Resource["name"]]: RecordsOf<
    Or<First<Resource["operations"]>, Second<Resource["operations"]>>,
    Or<Second<Resource["operations"]>, First<Resource["operations"]>>
  >
} = { clients: clientRecords, services: serviceRecords }

/** The readers of every resource over the rows of `MemoryStore`. They never fail. */
export const layerReaders: Layer.Layer<ResourceReader, never, MemoryStore> = Layer.mergeAll(
  Layer.empty,
  ...resources.map(
    (resource): Layer.Layer<ResourceReader, never, MemoryStore> =>
      memoryReader<ResourceReader>(resource as never, recordsOf[resource.name])
  )
)
