import type { Dataset } from "@alga-psa/ext-adapters-memory"
import type { UserId } from "@alga-psa/ext-domain"

/** What the product's gateway tells an extension of the user behind a request. */
export interface Person {
  readonly user_email: string
  readonly user_name: string
  readonly user_type: string
  readonly client_name: string
  readonly client_id?: string
}

/**
 * What the rows know of a user. A portal user is of the client of their contact; staff is of the provider itself, which is no
 * client.
 */
export const personOf = (rows: Dataset, user: UserId): Person => {
  const row = rows.users.find(({ user_id }) => user_id === user)
  const contact = rows.contacts.find(({ contact_name_id }) => contact_name_id === row?.contact_id)
  const client = rows.clients.find(({ client_id }) => client_id === contact?.client_id)
  const provider = rows.tenants.find(({ tenant }) => tenant === row?.tenant)
  return {
    user_email: row?.email ?? "",
    user_name: [row?.first_name, row?.last_name].filter((name) => name).join(" "),
    user_type: row?.user_type ?? "",
    client_name: (row?.user_type === "client" ? client?.client_name : provider?.client_name) ?? "",
    ...(client === undefined ? {} : { client_id: client.client_id })
  }
}
