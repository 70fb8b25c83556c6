import type { AllOptions } from "./AllPages.ts"
import type { ClientFixture, ClientSummary } from "./Clients.ts"
import type { CursorPage } from "./CursorPage.ts"
import { type MockPagesOptions, mockPages } from "./internal/mockPages.ts"

/** One client of the tenant, with its tags. Null means that the value is not known. */
export interface ClientSummaryV2 extends ClientSummary {
  /** Tag texts, sorted; empty where there are none, and for users of the client portal. */
  readonly tags: ReadonlyArray<string>
}

/** Which clients, and from where on. Without any field: the first page of active clients. */
export interface ClientsPageInput {
  /**
   * Any part of the name or of the billing email without regard to case, or the exact client id. At most 200 characters after
   * trimming; blank means no search.
   */
  readonly search?: string | null | undefined
  /** Default: false. */
  readonly includeInactive?: boolean | null | undefined
  /**
   * Only clients that have every one of these tags, without regard to case: 1 to 20, each of 1 to 100 characters. Default: with
   * any tags or none. For users of the client portal it is `invalid-input`.
   */
  readonly tags?: ReadonlyArray<string> | null | undefined
  /** 1 to 100. Default: 25. */
  readonly pageSize?: number | null | undefined
  /** The `next` of the page before. Default: the first page. */
  readonly after?: string | null | undefined
  /** Counts all that match, in the same snapshot. Default: false, which counts nothing and is faster. */
  readonly withTotal?: boolean | null | undefined
}

/**
 * The tenant's clients in their second edition: with tags, by cursor, many ids at once. Needs `cap:client.read`, and a host that
 * has `clients-v2`: the product's own runner does not. Every failure is a `HostError` with a `ReadErrorCode`.
 */
export interface ClientsV2Host {
  /** The page after `after`, ordered by name without regard to case, then by id. */
  list(input?: ClientsPageInput): Promise<CursorPage<ClientSummaryV2>>
  /** The client of each id, in the order asked, or null where there is none that may be seen. 1 to 100 ids, which are UUIDs. */
  getMany(clientIds: ReadonlyArray<string>): Promise<ReadonlyArray<ClientSummaryV2 | null>>
  /**
   * Every client that matches, over all pages, as `for await` takes it. It makes one host call for 100 clients, and ends with an
   * `IterationStopped` where `maxCalls` does not reach.
   */
  all(input?: Omit<ClientsPageInput, "after" | "pageSize" | "withTotal"> & AllOptions): AsyncIterable<ClientSummaryV2>
}

/** A client of a mock; what is left out is null, active and without tags. */
export type ClientV2Fixture = ClientFixture & Partial<Pick<ClientSummaryV2, "tags">>

const unsaid = {
  clientType: null,
  isInactive: false,
  defaultCurrencyCode: null,
  accountManagerId: null,
  accountManagerName: null,
  billingEmail: null,
  tags: []
}

/**
 * `host.clientsV2` over plain data, for unit tests: it filters, orders, turns pages and judges input as the host does. With
 * `fail` every call fails with that code, whatever its input. With `portalClient` it answers as to a portal user of that client.
 *
 * @example
 * ```ts
 * import { createMockHostBindings, mockClientsV2 } from "@alga-psa/ext-extension-sdk"
 *
 * const clientId = "c0000000-0001-4000-8000-000000000001"
 * const clientsV2 = mockClientsV2([{ clientId, clientName: "Northwind", tags: ["VIP"] }])
 * const host = createMockHostBindings({ clientsV2 })
 * for await (const client of host.clientsV2.all({ tags: ["vip"] })) console.log(client.tags) // [ 'VIP' ]
 * ```
 */
export const mockClientsV2 = (
  fixtures: ReadonlyArray<ClientV2Fixture> = [],
  options: MockPagesOptions = {}
): ClientsV2Host =>
  mockPages(
    "clientsV2",
    fixtures.map((fixture) => ({ ...unsaid, ...fixture })),
    options
  ) as ClientsV2Host
