import { Context, type Effect, Schema } from "effect"
import { absent } from "./Absent.ts"
import type { InvalidInput } from "./CallError.ts"
import { ClientSummary } from "./ClientSummary.ts"
import { ClientId } from "./Identifiers.ts"
import * as Input from "./internal/input.ts"
import { getting, type ListQuery, listInputs, listing, listQuery } from "./ReadOperation.ts"
import { type ReaderOf, type ReadsOf, resource } from "./Resource.ts"

/**
 * What a caller may ask of a list of clients. Everything may be left out. A search is for a part of the name or of the billing
 * email without regard to case, or for the exact client id.
 */
export const ClientsListInput = Schema.Struct({
  ...listInputs,
  /** True includes inactive clients. Default: false. */
  includeInactive: absent(Schema.Boolean, Input.rules.flag)
})
export interface ClientsListInput extends Schema.Codec.Encoded<typeof ClientsListInput> {}

/** A list of clients to read, every rule applied. */
export interface ClientsQuery extends ListQuery {
  readonly includeInactive: boolean
  /** The only client that the reader may return, or null for every client of the tenant. */
  readonly onlyClient: ClientId | null
}

const portal = { ownClient: "clientId" } as const

const operations = {
  /** One page of the clients that match. */
  list: listing({
    member: "listClients",
    Input: ClientsListInput,
    Summary: ClientSummary,
    query: ({ includeInactive, ...input }: typeof ClientsListInput.Type): ClientsQuery => ({
      ...listQuery(input),
      includeInactive: includeInactive ?? false,
      onlyClient: null
    }),
    portal
  }),
  /** The client, inactive or not, or null when the tenant has no such client that may be seen. */
  get: getting({ member: "getClient", id: "clientId", Id: ClientId, Summary: ClientSummary, portal })
}

/** Applies the input rules and defaults. The query covers every client of the tenant. */
export const clientsQuery = (input: unknown): Effect.Effect<ClientsQuery, InvalidInput> =>
  operations.list.query(input as ClientsListInput)

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
export interface ClientReaderService extends ReaderOf<typeof operations> {}

/** The port to a tenant's clients. */
export class ClientReader extends Context.Service<ClientReader, ClientReaderService>()(
  "@alga-psa/ext-domain/ClientReader"
) {}

/**
 * Reads of clients by an extension, guarded: the execution needs `cap:client.read`, and its user needs `client:read`. Without
 * a user it must be a schedule's or a webhook's. A portal user sees their own client only. An id that is not a UUID is invalid
 * input.
 */
export interface ClientReadsService extends ReadsOf<typeof operations> {}

/** Guarded reads of clients. */
export class ClientReads extends Context.Service<ClientReads, ClientReadsService>()(
  "@alga-psa/ext-domain/ClientReads"
) {}

/** Clients, as extensions read them. */
export const clients = resource({
  name: "clients",
  capability: "cap:client.read",
  permission: "client:read",
  id: "clientId",
  title: "clientName",
  searched: ["clientName", "billingEmail"],
  leavesOut: { includeInactive: "isInactive" },
  portal,
  operations,
  Reader: ClientReader,
  Reads: ClientReads
})
