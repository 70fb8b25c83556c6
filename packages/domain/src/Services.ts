import { Context, type Effect, Schema } from "effect"
import { absent } from "./Absent.ts"
import type { InvalidInput } from "./CallError.ts"
import { cursorListing } from "./CursorListing.ts"
import { type CursorQuery, cursorInputs, cursorQuery } from "./CursorPage.ts"
import { gettingMany } from "./GettingMany.ts"
import { ServiceId } from "./Identifiers.ts"
import * as Input from "./internal/input.ts"
import { getting, type ListQuery, listInputs, listing, listQuery } from "./ReadOperation.ts"
import { type OperationsOf, type ReaderOf, type ReadsOf, resource } from "./Resource.ts"
import { ServiceBillingMethod, ServiceItemKind, ServiceSummary, ServiceSummaryV2 } from "./ServiceSummary.ts"

const oneKind = "must be service or product"
const oneMethod = "must be fixed, hourly or usage"

const filters = {
  itemKind: absent(ServiceItemKind.annotate({ message: oneKind }), oneKind).annotateKey({
    description: "Only entries of this kind. Default: both."
  }),
  isActive: absent(Schema.Boolean, Input.rules.flag).annotateKey({
    description: "Only active, or only inactive, entries. Default: both."
  }),
  billingMethod: absent(ServiceBillingMethod.annotate({ message: oneMethod }), oneMethod).annotateKey({
    description: "Only entries that are billed so. Default: all three."
  })
}

interface Filters {
  readonly itemKind: ServiceItemKind | null
  readonly isActive: boolean | null
  readonly billingMethod: ServiceBillingMethod | null
}

type Asked = { readonly [Name in keyof Filters]?: Filters[Name] | undefined }

const filtersOf = ({ billingMethod, isActive, itemKind }: Asked): Filters => ({
  itemKind: itemKind ?? null,
  isActive: isActive ?? null,
  billingMethod: billingMethod ?? null
})

/**
 * What a caller may ask of a list of catalog entries. Everything may be left out. A search is for a part of the name, the
 * description or the SKU without regard to case, or for the exact service id.
 */
export const ServicesListInput = Schema.Struct({ ...listInputs, ...filters })
export interface ServicesListInput extends Schema.Codec.Encoded<typeof ServicesListInput> {}

/** A list of catalog entries to read, every rule applied; null means no filter. */
export interface ServicesQuery extends ListQuery, Filters {}

/**
 * What a caller may ask of a list of catalog entries by cursor. Everything may be left out. A search is as in
 * {@link ServicesListInput}.
 */
export const ServicesPageInput = Schema.Struct({ ...cursorInputs, ...filters })
export interface ServicesPageInput extends Schema.Codec.Encoded<typeof ServicesPageInput> {}

/** A list of catalog entries to read by cursor, every rule applied; null means no filter. */
export interface ServicesPageQuery extends CursorQuery, Filters {}

const portal = "every record"

const editions = {
  services: {
    /** One page of the entries that match. */
    list: listing({
      member: "listServices",
      Input: ServicesListInput,
      Summary: ServiceSummary,
      query: (input: typeof ServicesListInput.Type): ServicesQuery => ({ ...listQuery(input), ...filtersOf(input) }),
      portal
    }),
    /** The entry, active or not, or null when the tenant has no such entry. */
    get: getting({ member: "getService", id: "serviceId", Id: ServiceId, Summary: ServiceSummary, portal })
  },
  "services-v2": {
    /** The page of the entries that match behind a cursor, with their prices. */
    page: cursorListing({
      member: "listServices",
      Input: ServicesPageInput,
      Summary: ServiceSummaryV2,
      query: (input: typeof ServicesPageInput.Type): ServicesPageQuery => ({
        ...cursorQuery(input),
        ...filtersOf(input)
      }),
      portal
    }),
    /** The entry of each id, with its prices, or null when the tenant has no such entry. */
    getMany: gettingMany({
      member: "getServices",
      ids: "serviceIds",
      id: "serviceId",
      Id: ServiceId,
      Summary: ServiceSummaryV2,
      portal
    })
  }
}

type Operations = OperationsOf<typeof editions>

/** Applies the input rules and defaults. */
export const servicesQuery = (input: ServicesListInput): Effect.Effect<ServicesQuery, InvalidInput> =>
  editions.services.list.query(input)

/** {@link servicesQuery} of an input that may be anything. */
export const decodeServicesQuery = (input: unknown): Effect.Effect<ServicesQuery, InvalidInput> =>
  servicesQuery(input as ServicesListInput)

/** Applies the input rules and defaults. */
export const servicesPageQuery = (input: ServicesPageInput): Effect.Effect<ServicesPageQuery, InvalidInput> =>
  editions["services-v2"].page.query(input)

/** {@link servicesPageQuery} of an input that may be anything. */
export const decodeServicesPageQuery = (input: unknown): Effect.Effect<ServicesPageQuery, InvalidInput> =>
  servicesPageQuery(input as ServicesPageInput)

/** Applies the rules of the ids of many entries. */
export const serviceIds = (ids: ReadonlyArray<string>): Effect.Effect<ReadonlyArray<ServiceId>, InvalidInput> =>
  editions["services-v2"].getMany.query(ids)

/** {@link serviceIds} of what may be anything. */
export const decodeServiceIds = (ids: unknown): Effect.Effect<ReadonlyArray<ServiceId>, InvalidInput> =>
  serviceIds(ids as ReadonlyArray<string>)

/**
 * Reads a tenant's service catalog. It checks no right: that is the guarded read's work.
 *
 * Guarantees, for every implementation:
 * - Nothing of another tenant is returned, counted or joined, whatever ids the rows hold. A service type of
 *   another tenant is read as no type.
 * - Order is the name without regard to case (lower-cased, by code point), then the id: a total order, so that
 *   pages neither repeat nor skip a row, also among entries of the same name.
 * - `page` begins after the place that `after` names, whatever has changed since and whoever wrote it: what stays with the
 *   same name and goes on matching is neither missed nor repeated. Its order counts the first 750 characters of a name only.
 *   `next` is null after the last row.
 * - `totalCount` is of the same snapshot as `items`, on every page, also on one past the end, which is empty. `page` counts
 *   only where it is asked to.
 * - `getMany` gives one entry for each id, in the order asked.
 * - A search term matches as a substring of the name, the description or the SKU without regard to case, or equals
 *   the service id; `%`, `_` and `\` are ordinary characters. Letters beyond ASCII fold as the source's character
 *   classification knows them.
 * - Entries with a billing method other than `fixed`, `hourly` and `usage` are left out of lists and counts, and
 *   `get` gives null for them.
 * - A rate that is NULL is 0, a unit that is NULL is empty.
 * - Prices are sorted by their currency's code.
 */
export interface ServiceReaderService extends ReaderOf<Operations> {}

/** The port to a tenant's service catalog. */
export class ServiceReader extends Context.Service<ServiceReader, ServiceReaderService>()(
  "@alga-psa/ext-domain/ServiceReader"
) {}

/**
 * Reads of the service catalog by an extension, guarded: the execution needs `cap:service.read`, and its user needs
 * `service:read`. Without a user it must be a schedule's or a webhook's. An id that is not a UUID is invalid input.
 */
export interface ServiceReadsService extends ReadsOf<Operations> {}

/** Guarded reads of the service catalog. */
export class ServiceReads extends Context.Service<ServiceReads, ServiceReadsService>()(
  "@alga-psa/ext-domain/ServiceReads"
) {}

/** The service catalog, as extensions read it. */
export const services = resource({
  name: "services",
  capability: "cap:service.read",
  permission: "service:read",
  id: "serviceId",
  title: "serviceName",
  searched: ["serviceName", "description", "sku"],
  leavesOut: {},
  portal,
  editions,
  Reader: ServiceReader,
  Reads: ServiceReads
})
