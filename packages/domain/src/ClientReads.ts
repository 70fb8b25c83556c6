import { Context, Effect, Layer } from "effect"
import type { Authorization } from "./Authorization.ts"
import { ClientReader } from "./ClientReader.ts"
import type { ClientSummary } from "./ClientSummary.ts"
import { type ClientsListInput, clientsQuery } from "./ClientsQuery.ts"
import { ClientId } from "./Identifiers.ts"
import type { Invocation } from "./Invocation.ts"
import { guard } from "./internal/guard.ts"
import * as Input from "./internal/input.ts"
import type { Page } from "./Page.ts"
import type { RbacSubject } from "./RbacCheck.ts"
import type { ReadError } from "./ReadError.ts"

/**
 * Reads of clients by an extension, guarded: the execution needs `cap:client.read`, and its user needs `client:read`. Without
 * a user it must be a schedule's or a webhook's. A portal user sees their own client only.
 */
export interface ClientReadsService {
  /** One page of the clients that match the input. See {@link ClientsListInput} for the rules. */
  readonly list: (input?: ClientsListInput | null) => Effect.Effect<Page<ClientSummary>, ReadError, Invocation>
  /** The client, or null when it does not exist or is not visible. An id that is not a UUID is invalid input. */
  readonly get: (clientId: string) => Effect.Effect<ClientSummary | null, ReadError, Invocation>
}

/** Guarded reads of clients. */
export class ClientReads extends Context.Service<ClientReads, ClientReadsService>()(
  "@alga-psa/ext-domain/ClientReads"
) {}

const rights = { access: "read", capability: "cap:client.read", permission: "client:read" } as const
const listing = { name: "clients.list", span: "ClientReads.list", ...rights } as const
const getting = { name: "clients.get", span: "ClientReads.get", ...rights } as const

const decodeId = Input.decode(ClientId, "clientId")

const isPortalUser = (subject: RbacSubject | null): subject is RbacSubject => subject?.userType === "client"

const make = Effect.gen(function* () {
  const reader = yield* ClientReader
  const guarded = yield* guard

  return ClientReads.of({
    list: (input) =>
      guarded(listing, {
        input: clientsQuery(input),
        run: (invocation, query, subject) => {
          if (!isPortalUser(subject)) return reader.list(invocation.tenantId, query)
          return subject.clientId === null
            ? Effect.succeed({ items: [], totalCount: 0, page: query.page, pageSize: query.pageSize })
            : reader.list(invocation.tenantId, { ...query, onlyClient: subject.clientId })
        },
        count: (page) => page.items.length
      }),
    get: (clientId) =>
      guarded(getting, {
        input: decodeId(clientId),
        run: (invocation, id, subject) =>
          isPortalUser(subject) && subject.clientId !== id ? Effect.succeed(null) : reader.get(invocation.tenantId, id),
        count: (client) => (client === null ? 0 : 1)
      })
  })
})

/** Guarded reads over the reader port. */
export const layerClientReads: Layer.Layer<ClientReads, never, ClientReader | Authorization> = Layer.effect(
  ClientReads,
  make
)
