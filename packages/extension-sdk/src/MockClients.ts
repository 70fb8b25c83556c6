import type { ClientSummary, ClientsHost } from "./Clients.ts"
import type { ReadErrorCode } from "./HostError.ts"
import { allClients } from "./internal/reading.ts"
import { byNameThenId, matchesSearch, readRules } from "./internal/readRules.ts"

/** A client of a mock; what is left out is null, active and without tags. */
export type ClientFixture = Pick<ClientSummary, "clientId" | "clientName"> & Partial<ClientSummary>

const summary = (fixture: ClientFixture): ClientSummary => ({
  clientType: null,
  isInactive: false,
  defaultCurrencyCode: null,
  accountManagerId: null,
  accountManagerName: null,
  billingEmail: null,
  tags: [],
  ...fixture
})

/**
 * `host.clients` over plain data, for unit tests: it filters, orders, pages and judges input as the host does. With
 * `fail` every call fails with that code, whatever its input.
 *
 * @example
 * ```ts
 * import { createMockHostBindings, mockClients } from "@alga-psa/ext-extension-sdk"
 *
 * const clientId = "c0000000-0001-4000-8000-000000000001"
 * const host = createMockHostBindings({ clients: mockClients([{ clientId, clientName: "Northwind" }]) })
 * console.log((await host.clients.list({ search: "NORTH" })).totalCount) // 1
 *
 * const denied = createMockHostBindings({ clients: mockClients([], { fail: "not-allowed" }) })
 * await denied.clients.list().catch((error) => console.log(error.code)) // not-allowed
 * ```
 */
export const mockClients = (
  fixtures: ReadonlyArray<ClientFixture> = [],
  options: { readonly fail?: ReadErrorCode } = {}
): ClientsHost => {
  const clients = fixtures.map(summary).sort(
    byNameThenId(
      (client) => client.clientName,
      (client) => client.clientId
    )
  )
  const list: ClientsHost["list"] = async (input) => {
    const rules = readRules("clients.list", options.fail)
    const asked = input ?? {}
    const search = rules.search(asked.search)
    const includeInactive = rules.flag(asked.includeInactive) ?? false
    const matches = clients.filter(
      (client) =>
        (includeInactive || !client.isInactive) &&
        matchesSearch(search, client.clientId, [client.clientName, client.billingEmail])
    )
    return rules.page(matches, asked)
  }
  return {
    list,
    all: allClients(list),
    get: async (clientId) => {
      const id = readRules("clients.get", options.fail).id(clientId)
      return clients.find((client) => client.clientId.toLowerCase() === id) ?? null
    }
  }
}
