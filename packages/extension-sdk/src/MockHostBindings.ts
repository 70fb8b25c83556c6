import { alwaysGranted, type CapabilityName } from "./Granted.ts"
import type { HostBindings } from "./HostBindings.ts"
import { mockPages } from "./internal/mockPages.ts"
import { mockReads } from "./internal/mockReads.ts"
import { allOf, isByCursor } from "./internal/reads.ts"
import type { ResourceName } from "./internal/resourceData.ts"
import { resources } from "./internal/resources/data.ts"
import { resourceNames } from "./internal/resources/names.ts"
import { mockHttp } from "./MockHttp.ts"
import { mockInvoicing } from "./MockInvoicing.ts"
import { mockScheduler } from "./MockScheduler.ts"
import { mockSecrets } from "./MockSecrets.ts"
import { mockStorage } from "./MockStorage.ts"
import { mockUiProxy } from "./MockUiProxy.ts"
import type { ResourceHosts } from "./Resources.ts"

type Parts = Omit<HostBindings, "granted">

/** What a test replaces of the mock bindings, function by function. */
export type HostOverrides = { readonly [Name in keyof Parts]?: Partial<Parts[Name]> } & {
  /** The capabilities that `host.granted` says the execution has. Default: it says `"unknown"`. Calls do not ask it. */
  readonly granted?: ReadonlyArray<CapabilityName>
}

/** Every resource, empty but for what a test replaces. `all` is that of its `list`. */
const mockResources = (overrides: HostOverrides): ResourceHosts => {
  const hosts = resourceNames.map((name) => {
    const empty = isByCursor(resources[name]) ? mockPages(name, []) : mockReads(name, [])
    const host = { ...(empty as ResourceHosts[ResourceName]), ...overrides[name] }
    return [name, { ...host, all: overrides[name]?.all ?? allOf(name, resources[name], host.list as never) }]
  })
  return Object.fromEntries(hosts)
}

const denied = { fail: "denied" } as const

/**
 * Host bindings for unit tests, without a component. Resources are empty until a test gives them data
 * (`{ clients: mockClients([...]) }`). Secrets, fetch, storage, product routes, schedules and invoices are denied, as a
 * host denies them to an install without the grant. Log lines go nowhere.
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
  const { granted } = overrides
  const callRoute = overrides.uiProxy?.callRoute ?? overrides.uiProxy?.call ?? mockUiProxy([], denied).callRoute
  return {
    context: {
      get: async () => ({ requestId: "req-mock", tenantId: "tenant-mock", extensionId: "extension-mock" }),
      ...overrides.context
    },
    ...mockResources(overrides),
    secrets: { ...mockSecrets({}, denied), ...overrides.secrets },
    http: { ...mockHttp(), ...overrides.http },
    storage: { ...mockStorage({}, denied), ...overrides.storage },
    logging: { info: async () => {}, warn: async () => {}, error: async () => {}, ...overrides.logging },
    uiProxy: { callRoute, call: overrides.uiProxy?.call ?? callRoute },
    scheduler: { ...mockScheduler([], denied), ...overrides.scheduler },
    invoicing: { ...mockInvoicing({}, { fail: "not allowed" }), ...overrides.invoicing },
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
    },
    granted: (capability) =>
      alwaysGranted.has(capability) || (granted === undefined ? "unknown" : granted.includes(capability))
  }
}
