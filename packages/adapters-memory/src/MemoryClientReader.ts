import { ClientReader } from "@alga-psa/ext-domain/ClientReader"
import { type ClientSummary, personName } from "@alga-psa/ext-domain/ClientSummary"
import { ClientId } from "@alga-psa/ext-domain/Identifiers"
import { Effect, Layer } from "effect"
import type { ClientRow, Dataset } from "./Dataset.ts"
import { pageOf } from "./internal/page.ts"
import { byCodePoint, matches } from "./internal/text.ts"
import { MemoryStore } from "./MemoryStore.ts"

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

const summary = (rows: Dataset, client: ClientRow): ClientSummary => {
  const manager = rows.users.find((user) => user.tenant === client.tenant && user.user_id === client.account_manager_id)
  return {
    clientId: ClientId.make(client.client_id),
    clientName: client.client_name,
    clientType: client.client_type,
    isInactive: client.is_inactive === true,
    defaultCurrencyCode: client.default_currency_code,
    accountManagerId: client.account_manager_id,
    accountManagerName: manager === undefined ? null : personName(manager.first_name, manager.last_name),
    billingEmail: client.billing_email,
    tags: tagsOf(rows, client)
  }
}

/** {@link ClientReader} over the rows of {@link MemoryStore}. It never fails. */
export const layerClientReader: Layer.Layer<ClientReader, never, MemoryStore> = Layer.effect(
  ClientReader,
  Effect.map(MemoryStore, (store) =>
    ClientReader.of({
      list: (tenant, query) =>
        Effect.map(store.rows, (rows) => {
          const found = rows.clients.filter(
            (client) =>
              client.tenant === tenant &&
              (query.includeInactive || client.is_inactive !== true) &&
              (query.onlyClient === null || client.client_id === query.onlyClient) &&
              (query.search === null ||
                matches(query.search, client.client_id, [client.client_name, client.billing_email]))
          )
          return pageOf(
            found,
            query,
            (client) => [client.client_name, client.client_id],
            (client) => summary(rows, client)
          )
        }),
      get: (tenant, id) =>
        Effect.map(store.rows, (rows) => {
          const client = rows.clients.find((row) => row.tenant === tenant && row.client_id === id)
          return client === undefined ? null : summary(rows, client)
        })
    })
  )
)
