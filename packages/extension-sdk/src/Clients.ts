import type { AllOptions } from "./AllPages.ts"
import { type MockOptions, mockReads } from "./internal/mockReads.ts"
import type { Page } from "./Page.ts"

/** One client of the tenant, as a list shows it. Null means that the value is not known. */
export interface ClientSummary {
  readonly clientId: string
  readonly clientName: string
  /** The product's own word for the kind, such as `company`. */
  readonly clientType: string | null
  readonly isInactive: boolean
  /** ISO 4217. */
  readonly defaultCurrencyCode: string | null
  readonly accountManagerId: string | null
  /** First and last name. */
  readonly accountManagerName: string | null
  readonly billingEmail: string | null
}

/** Which clients, and which page of them. Without any field: the first page of active clients. */
export interface ClientsListInput {
  /**
   * Any part of the name or of the billing email without regard to case, or the exact client id. At most 200
   * characters after trimming; blank means no search.
   */
  readonly search?: string | null | undefined
  /** Default: false. */
  readonly includeInactive?: boolean | null | undefined
  /** 1 to 10,000. Default: 1. */
  readonly page?: number | null | undefined
  /** 1 to 100. Default: 25. */
  readonly pageSize?: number | null | undefined
}

/**
 * The tenant's clients, to read. Needs `cap:client.read`. Every failure is a `HostError` with a `ReadErrorCode`:
 * `not-allowed` is decided first, then `invalid-input`.
 */
export interface ClientsHost {
  /** One page, ordered by name without regard to case, then by id. */
  list(input?: ClientsListInput): Promise<Page<ClientSummary>>
  /**
   * Every client that matches, over all pages, as `for await` takes it. No client comes twice. It makes one host call for
   * 100 clients, and ends with a `ListIncomplete` where `maxCalls` does not reach.
   */
  all(input?: Omit<ClientsListInput, "page" | "pageSize"> & AllOptions): AsyncIterable<ClientSummary>
  /** The client, active or not, or null where there is none of that id (a UUID) that may be seen. */
  get(clientId: string): Promise<ClientSummary | null>
}

/** A client of a mock; what is left out is null and active. */
export type ClientFixture = Pick<ClientSummary, "clientId" | "clientName"> & Partial<ClientSummary>

const unsaid = {
  clientType: null,
  isInactive: false,
  defaultCurrencyCode: null,
  accountManagerId: null,
  accountManagerName: null,
  billingEmail: null
}

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
export const mockClients = (fixtures: ReadonlyArray<ClientFixture> = [], options: MockOptions = {}): ClientsHost =>
  mockReads(
    "clients",
    fixtures.map((fixture) => ({ ...unsaid, ...fixture })),
    options
  ) as ClientsHost
