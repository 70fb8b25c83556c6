import { Context, type Effect } from "effect"
import type { DataSourceError } from "./DataSourceError.ts"
import type { ServiceId, TenantId } from "./Identifiers.ts"
import type { Page } from "./Page.ts"
import type { ServiceSummary } from "./ServiceSummary.ts"
import type { ServicesQuery } from "./ServicesQuery.ts"

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
export interface ServiceReaderService {
  /** One page of the entries that match. */
  readonly list: (tenant: TenantId, query: ServicesQuery) => Effect.Effect<Page<ServiceSummary>, DataSourceError>
  /** The entry, active or not, or null when the tenant has no such entry. */
  readonly get: (tenant: TenantId, service: ServiceId) => Effect.Effect<ServiceSummary | null, DataSourceError>
}

/** The port to a tenant's service catalog. */
export class ServiceReader extends Context.Service<ServiceReader, ServiceReaderService>()(
  "@alga-psa/ext-domain/ServiceReader"
) {}
