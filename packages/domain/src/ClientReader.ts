import { Context, type Effect } from "effect"
import type { ClientSummary } from "./ClientSummary.ts"
import type { ClientsQuery } from "./ClientsQuery.ts"
import type { DataSourceError } from "./DataSourceError.ts"
import type { ClientId, TenantId } from "./Identifiers.ts"
import type { Page } from "./Page.ts"

/**
 * Reads a tenant's clients. It checks no right: that is the guarded read's work.
 *
 * Guarantees, for every implementation:
 * - Nothing of another tenant is returned, counted or joined, whatever ids the rows hold.
 * - Order is the name without regard to case (lower-cased, by code point), then the id: a total order, so that
 *   pages neither repeat nor skip a row.
 * - `totalCount` is of the same snapshot as `items`, on every page, also on one past the end, which is empty.
 * - A search term matches as a substring of the name or the billing email without regard to case, or equals the
 *   client id; `%`, `_` and `\` are ordinary characters. Letters beyond ASCII fold as the source's character
 *   classification knows them.
 * - A client whose `is_inactive` is NULL counts as active, in the filter and in the result.
 * - The account manager's name is null when empty or when the tenant has no such user.
 * - Every client of the tenant is visible, whatever its lifecycle status.
 */
export interface ClientReaderService {
  /** One page of the clients that match. */
  readonly list: (tenant: TenantId, query: ClientsQuery) => Effect.Effect<Page<ClientSummary>, DataSourceError>
  /** The client, inactive or not, or null when the tenant has no such client. */
  readonly get: (tenant: TenantId, client: ClientId) => Effect.Effect<ClientSummary | null, DataSourceError>
}

/** The port to a tenant's clients. */
export class ClientReader extends Context.Service<ClientReader, ClientReaderService>()(
  "@alga-psa/ext-domain/ClientReader"
) {}
