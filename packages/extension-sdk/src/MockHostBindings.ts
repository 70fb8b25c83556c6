import type { HostBindings } from "./HostBindings.ts"
import { HostError, type HostErrorCode } from "./HostError.ts"
import { allClients, allServices } from "./internal/reading.ts"
import { mockClients } from "./MockClients.ts"
import { mockServices } from "./MockServices.ts"

/** What a test replaces of the mock bindings, function by function. */
export type HostOverrides = { readonly [Name in keyof HostBindings]?: Partial<HostBindings[Name]> }

const deny = (operation: string, code: HostErrorCode) => async (): Promise<never> => {
  throw new HostError(operation, code)
}

const refused = { success: false, error: "not allowed" }

/**
 * Host bindings for unit tests, without a component. Clients and services are empty until a test gives them data
 * (`{ clients: mockClients([...]) }`); secrets, fetch, storage, product routes, schedules and invoices are denied, as a
 * host denies them to an install without the grant; log lines go nowhere.
 *
 * @example
 * ```ts
 * import { createMockHostBindings } from "@alga-psa/ext-extension-sdk"
 *
 * const lines: Array<string> = []
 * const host = createMockHostBindings({ logging: { info: async (line) => void lines.push(line) } })
 * await host.logging.info("hello")
 * await host.secrets.get("key").catch((error) => console.log(lines, error.code)) // [ 'hello' ] denied
 * ```
 */
export const createMockHostBindings = (overrides: HostOverrides = {}): HostBindings => {
  const [clients, services] = [
    { ...mockClients(), ...overrides.clients },
    { ...mockServices(), ...overrides.services }
  ]
  const callRoute = overrides.uiProxy?.callRoute ?? overrides.uiProxy?.call ?? deny("uiProxy.callRoute", "denied")
  return {
    context: {
      get: async () => ({ requestId: "req-mock", tenantId: "tenant-mock", extensionId: "extension-mock" }),
      ...overrides.context
    },
    clients: { ...clients, all: overrides.clients?.all ?? allClients(clients.list) },
    services: { ...services, all: overrides.services?.all ?? allServices(services.list) },
    secrets: { get: deny("secrets.get", "denied"), list: async () => [], ...overrides.secrets },
    http: { fetch: deny("http.fetch", "not-allowed"), ...overrides.http },
    storage: {
      get: deny("storage.get", "denied"),
      put: deny("storage.put", "denied"),
      delete: deny("storage.delete", "denied"),
      list: deny("storage.list", "denied"),
      ...overrides.storage
    },
    logging: { info: async () => {}, warn: async () => {}, error: async () => {}, ...overrides.logging },
    uiProxy: { callRoute, call: overrides.uiProxy?.call ?? callRoute },
    scheduler: {
      list: deny("scheduler.list", "denied"),
      get: deny("scheduler.get", "denied"),
      create: async () => refused,
      update: async () => refused,
      delete: async () => refused,
      getEndpoints: deny("scheduler.getEndpoints", "denied"),
      ...overrides.scheduler
    },
    invoicing: {
      createManualInvoice: async () => ({
        ...refused,
        invoiceId: null,
        invoiceNumber: null,
        status: null,
        subtotal: null,
        tax: null,
        total: null,
        fieldErrors: null
      }),
      ...overrides.invoicing
    },
    user: {
      getUser: async () => ({
        tenantId: "tenant-mock",
        clientName: "Mock Client",
        userId: "user-mock",
        userEmail: "mock@example.com",
        userName: "Mock User",
        userType: "client",
        clientId: null,
        additionalFields: {}
      }),
      ...overrides.user
    }
  }
}
