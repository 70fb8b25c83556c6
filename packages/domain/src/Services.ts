import { Context, type Effect, Schema } from "effect"
import { absent } from "./Absent.ts"
import type { InvalidInput } from "./CallError.ts"
import { ServiceId } from "./Identifiers.ts"
import * as Input from "./internal/input.ts"
import { getting, type ListQuery, listInputs, listing, listQuery } from "./ReadOperation.ts"
import { type ReaderOf, type ReadsOf, resource } from "./Resource.ts"
import { ServiceBillingMethod, ServiceItemKind, ServiceSummary } from "./ServiceSummary.ts"

const oneKind = "must be service or product"
const oneMethod = "must be fixed, hourly or usage"

/**
 * What a caller may ask of a list of catalog entries. Everything may be left out. A search is for a part of the name, the
 * description or the SKU without regard to case, or for the exact service id.
 */
export const ServicesListInput = Schema.Struct({
  ...listInputs,
  /** Only entries of this kind. Default: both. */
  itemKind: absent(ServiceItemKind.annotate({ message: oneKind }), oneKind),
  /** Only active, or only inactive, entries. Default: both. */
  isActive: absent(Schema.Boolean, Input.rules.flag),
  /** Only entries that are billed so. Default: all three. */
  billingMethod: absent(ServiceBillingMethod.annotate({ message: oneMethod }), oneMethod)
})
export interface ServicesListInput extends Schema.Codec.Encoded<typeof ServicesListInput> {}

/** A list of catalog entries to read, every rule applied; null means no filter. */
export interface ServicesQuery extends ListQuery {
  readonly itemKind: ServiceItemKind | null
  readonly isActive: boolean | null
  readonly billingMethod: ServiceBillingMethod | null
}

const portal = "every record"

const operations = {
  /** One page of the entries that match. */
  list: listing({
    member: "listServices",
    Input: ServicesListInput,
    Summary: ServiceSummary,
    query: ({ billingMethod, isActive, itemKind, ...input }: typeof ServicesListInput.Type): ServicesQuery => ({
      ...listQuery(input),
      itemKind: itemKind ?? null,
      isActive: isActive ?? null,
      billingMethod: billingMethod ?? null
    }),
    portal
  }),
  /** The entry, active or not, or null when the tenant has no such entry. */
  get: getting({ member: "getService", id: "serviceId", Id: ServiceId, Summary: ServiceSummary, portal })
}

/** Applies the input rules and defaults. */
export const servicesQuery = (input: unknown): Effect.Effect<ServicesQuery, InvalidInput> =>
  operations.list.query(input as ServicesListInput)

/**
 * Reads a tenant's service catalog. It checks no right: that is the guarded read's work.
 *
 * Guarantees, for every implementation:
 * - Nothing of another tenant is returned, counted or joined, whatever ids the rows hold. A service type of
 *   another tenant is read as no type.
 * - Order is the name without regard to case (lower-cased, by code point), then the id: a total order, so that
 *   pages neither repeat nor skip a row, also among entries of the same name.
 * - `totalCount` is of the same snapshot as `items`, on every page, also on one past the end, which is empty.
 * - A search term matches as a substring of the name, the description or the SKU without regard to case, or equals
 *   the service id; `%`, `_` and `\` are ordinary characters. Letters beyond ASCII fold as the source's character
 *   classification knows them.
 * - Entries with a billing method other than `fixed`, `hourly` and `usage` are left out of lists and counts, and
 *   `get` gives null for them.
 * - A rate that is NULL is 0, a unit that is NULL is empty.
 */
export interface ServiceReaderService extends ReaderOf<typeof operations> {}

/** The port to a tenant's service catalog. */
export class ServiceReader extends Context.Service<ServiceReader, ServiceReaderService>()(
  "@alga-psa/ext-domain/ServiceReader"
) {}

/**
 * Reads of the service catalog by an extension, guarded: the execution needs `cap:service.read`, and its user needs
 * `service:read`. Without a user it must be a schedule's or a webhook's. An id that is not a UUID is invalid input.
 */
export interface ServiceReadsService extends ReadsOf<typeof operations> {}

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
  operations,
  Reader: ServiceReader,
  Reads: ServiceReads
})
