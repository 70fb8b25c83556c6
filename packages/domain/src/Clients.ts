import { Context, type Effect, Schema } from "effect"
import { absent } from "./Absent.ts"
import type { InvalidInput } from "./CallError.ts"
import { ClientSummary, ClientSummaryV2 } from "./ClientSummary.ts"
import { cursorListing } from "./CursorListing.ts"
import { type CursorQuery, cursorInputs, cursorQuery } from "./CursorPage.ts"
import { gettingMany } from "./GettingMany.ts"
import { ClientId } from "./Identifiers.ts"
import * as Input from "./internal/input.ts"
import { getting, type ListQuery, listInputs, listing, listQuery } from "./ReadOperation.ts"
import { type OperationsOf, type ReaderOf, type ReadsOf, resource } from "./Resource.ts"

/**
 * What a caller may ask of a list of clients. Everything may be left out. A search is for a part of the name or of the billing
 * email without regard to case, or for the exact client id.
 */
export const ClientsListInput = Schema.Struct({
  ...listInputs,
  includeInactive: absent(Schema.Boolean, Input.rules.flag).annotateKey({
    description: "True includes inactive clients. Default: false."
  })
})
export interface ClientsListInput extends Schema.Codec.Encoded<typeof ClientsListInput> {}

/** A list of clients to read, every rule applied. */
export interface ClientsQuery extends ListQuery {
  readonly includeInactive: boolean
  /** The only client that the reader may return, or null for every client of the tenant. */
  readonly onlyClient: ClientId | null
}

/**
 * What a caller may ask of a list of clients by cursor. Everything may be left out. A search is as in {@link ClientsListInput}.
 */
export const ClientsPageInput = Schema.Struct({
  ...cursorInputs,
  includeInactive: absent(Schema.Boolean, Input.rules.flag).annotateKey({
    description: "True includes inactive clients. Default: false."
  }),
  tags: absent(
    Schema.Array(Input.text(1, 100)).check(Schema.isBetweenLength(1, 20, { message: "must be 1 to 20 tags" })),
    "must be 1 to 20 tags"
  ).annotateKey({
    description:
      "Only clients that have every one of these tags, without regard to case: 1 to 20 texts of 1 to 100 characters. Not for users of the client portal."
  })
})
export interface ClientsPageInput extends Schema.Codec.Encoded<typeof ClientsPageInput> {}

/** A list of clients to read by cursor, every rule applied. */
export interface ClientsPageQuery extends CursorQuery {
  readonly includeInactive: boolean
  /** The only client that the reader may return, or null for every client of the tenant. */
  readonly onlyClient: ClientId | null
  /** Texts of tags that a client must all have, or null for clients with any tags or none. */
  readonly tags: ReadonlyArray<string> | null
}

const portal = { ownClient: "clientId" } as const
const ofMany = { id: "clientId", Id: ClientId, portal } as const
// Tags are notes of the provider's own.
const second = { Summary: ClientSummaryV2, withheld: { tags: [] } } as const

const editions = {
  clients: {
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
    get: getting({ ...ofMany, member: "getClient", Summary: ClientSummary })
  },
  "clients-v2": {
    /** The page of the clients that match behind a cursor, with their tags. */
    page: cursorListing({
      ...second,
      member: "listClients",
      Input: ClientsPageInput,
      query: ({ includeInactive, tags, ...input }: typeof ClientsPageInput.Type): ClientsPageQuery => ({
        ...cursorQuery(input),
        includeInactive: includeInactive ?? false,
        onlyClient: null,
        tags: tags ?? null
      }),
      portal
    }),
    /** The client of each id, with its tags, or null when the tenant has no such client that may be seen. */
    getMany: gettingMany({ ...second, ...ofMany, member: "getClients", ids: "clientIds" })
  }
}

type Operations = OperationsOf<typeof editions>

/** Applies the input rules and defaults. The query covers every client of the tenant. */
export const clientsQuery = (input: ClientsListInput): Effect.Effect<ClientsQuery, InvalidInput> =>
  editions.clients.list.query(input)

/** {@link clientsQuery} of an input that may be anything. */
export const decodeClientsQuery = (input: unknown): Effect.Effect<ClientsQuery, InvalidInput> =>
  clientsQuery(input as ClientsListInput)

/** Applies the input rules and defaults. The query covers every client of the tenant. */
export const clientsPageQuery = (input: ClientsPageInput): Effect.Effect<ClientsPageQuery, InvalidInput> =>
  editions["clients-v2"].page.query(input)

/** {@link clientsPageQuery} of an input that may be anything. */
export const decodeClientsPageQuery = (input: unknown): Effect.Effect<ClientsPageQuery, InvalidInput> =>
  clientsPageQuery(input as ClientsPageInput)

/** Applies the rules of the ids of many clients. */
export const clientIds = (ids: ReadonlyArray<string>): Effect.Effect<ReadonlyArray<ClientId>, InvalidInput> =>
  editions["clients-v2"].getMany.query(ids)

/** {@link clientIds} of what may be anything. */
export const decodeClientIds = (ids: unknown): Effect.Effect<ReadonlyArray<ClientId>, InvalidInput> =>
  clientIds(ids as ReadonlyArray<string>)

/**
 * Reads a tenant's clients. It checks no right: that is the guarded read's work.
 *
 * Guarantees, for every implementation:
 * - Nothing of another tenant is returned, counted or joined, whatever ids the rows hold.
 * - Order is the name without regard to case (lower-cased, by code point), then the id: a total order, so that
 *   pages neither repeat nor skip a row.
 * - `page` begins after the place that `after` names, whatever has changed since and whoever wrote it: what stays with the
 *   same name and goes on matching is neither missed nor repeated. Its order counts the first 750 characters of a name only.
 *   `next` is null after the last row.
 * - `totalCount` is of the same snapshot as `items`, on every page, also on one past the end, which is empty. `page` counts
 *   only where it is asked to.
 * - `getMany` gives one entry for each id, in the order asked.
 * - A search term matches as a substring of the name or the billing email without regard to case, or equals the
 *   client id; `%`, `_` and `\` are ordinary characters. Letters beyond ASCII fold as the source's character
 *   classification knows them.
 * - A client whose `is_inactive` is NULL counts as active, in the filter and in the result.
 * - The account manager's name is null when empty or when the tenant has no such user.
 * - Every client of the tenant is visible, whatever its lifecycle status.
 * - Tags are those of tag mappings of the type `client`, sorted by code point. A tag is found without regard to case.
 */
export interface ClientReaderService extends ReaderOf<Operations> {}

/** The port to a tenant's clients. */
export class ClientReader extends Context.Service<ClientReader, ClientReaderService>()(
  "@alga-psa/ext-domain/ClientReader"
) {}

/**
 * Reads of clients by an extension, guarded: the execution needs `cap:client.read`, and its user needs `client:read`. Without
 * a user it must be a schedule's or a webhook's. A portal user sees their own client only, without its tags. An id that is not a
 * UUID is invalid input.
 */
export interface ClientReadsService extends ReadsOf<Operations> {}

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
  editions,
  Reader: ClientReader,
  Reads: ClientReads
})
