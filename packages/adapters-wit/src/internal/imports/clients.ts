import { ClientReads, type ClientSummary } from "@alga-psa/ext-domain"
import { Effect, Schema } from "effect"
import { hostFunction, hostInterface, reply } from "./hostFunction.ts"
import { option, u32 } from "./witTypes.ts"

const ListInput = Schema.Struct({
  search: option(Schema.String),
  includeInactive: option(Schema.Boolean),
  page: option(u32),
  pageSize: option(u32)
})

/** The arguments of the interface's functions. */
export const clientsArguments = {
  listClients: Schema.Tuple([ListInput]),
  getClient: Schema.Tuple([Schema.String])
}

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

/** The interface `clients` over the guarded reads. */
export const clientsInterface = Effect.map(ClientReads, (reads) =>
  hostInterface({
    listClients: hostFunction(clientsArguments.listClients, ([input]) =>
      reply(
        Effect.map(reads.list(input), ({ items, totalCount, page, pageSize }) => ({
          items: items.map(summary),
          totalCount,
          page,
          pageSize
        }))
      )
    ),
    getClient: hostFunction(clientsArguments.getClient, ([clientId]) =>
      reply(Effect.map(reads.get(clientId), (client) => (client === null ? null : summary(client))))
    )
  })
)
