import { randomUUID } from "node:crypto"
import { type ClientSummary, fromKnex, openReads } from "@alga-psa/ext-adapters-pg/promise"
import type { Knex } from "knex"

/** The tenant has a client of this name. */
export class ClientExists extends Error {
  readonly client: ClientSummary

  constructor(client: ClientSummary) {
    super(`${client.clientName} is there already`)
    this.client = client
  }
}

const plain = (name: string) => name.trim().toLowerCase()

/** Adds a client, unless the tenant has one of the name. Both are read in the transaction that adds it. */
export const addClient = (knex: Knex, tenant: string, name: string): Promise<ClientSummary> =>
  knex.transaction(async (trx) => {
    const { clients } = openReads({ query: fromKnex(trx) })
    const { items } = await clients.list(tenant, { search: name, includeInactive: true, pageSize: 100 })
    const same = items.find(({ clientName }) => plain(clientName) === plain(name))
    if (same !== undefined) throw new ClientExists(same)
    const client_id = randomUUID()
    await trx("clients").insert({ tenant, client_id, client_name: name })
    const added = await clients.get(tenant, client_id)
    if (added === null) throw new Error("a client that was just added is not there")
    return added
  })
