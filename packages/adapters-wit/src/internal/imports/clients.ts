import { ClientReads, type ClientSummary } from "@alga-psa/ext-domain"
import { Effect, Schema } from "effect"
import { error } from "../../HostCall.ts"
import { hostFunction, hostInterface, reply } from "./hostFunction.ts"
import { option, u32 } from "./witTypes.ts"

const ListInput = Schema.Struct({
  search: option(Schema.String),
  includeInactive: option(Schema.Boolean),
  page: option(u32),
  pageSize: option(u32)
})

const summary = (client: ClientSummary) => ({
  clientId: client.clientId,
  clientName: client.clientName,
  clientType: client.clientType,
  isInactive: client.isInactive,
  defaultCurrencyCode: client.defaultCurrencyCode,
  accountManagerId: client.accountManagerId,
  accountManagerName: client.accountManagerName,
  billingEmail: client.billingEmail,
  tags: client.tags
})

const internal = error("internal")

/** The interface `clients` over the guarded reads. */
export const clientsInterface = Effect.map(ClientReads, (reads) =>
  hostInterface({
    listClients: hostFunction(Schema.Tuple([ListInput]), ([input]) =>
      reply(
        Effect.map(reads.list(input), ({ items, totalCount, page, pageSize }) => ({
          items: items.map(summary),
          totalCount,
          page,
          pageSize
        })),
        internal
      )
    ),
    getClient: hostFunction(Schema.Tuple([Schema.String]), ([clientId]) =>
      reply(
        Effect.map(reads.get(clientId), (client) => (client === null ? null : summary(client))),
        internal
      )
    )
  })
)
