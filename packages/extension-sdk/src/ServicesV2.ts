import type { AllOptions } from "./AllPages.ts"
import type { CursorPage } from "./CursorPage.ts"
import { mockPages } from "./internal/mockPages.ts"
import type { MockOptions } from "./internal/mockReads.ts"
import type { ServiceBillingMethod, ServiceFixture, ServiceItemKind, ServiceSummary } from "./Services.ts"

/** The price of a service in one currency. */
export interface ServicePrice {
  /** ISO 4217. */
  readonly currencyCode: string
  /** Minor currency units (cents). */
  readonly rate: number
}

/** One entry of the tenant's catalogue, with its prices. Null means that the value is not known. */
export interface ServiceSummaryV2 extends ServiceSummary {
  /** By currency code, sorted; empty where there are none. */
  readonly prices: ReadonlyArray<ServicePrice>
}

/** Which services, and from where on. Without any field: the first page of all. */
export interface ServicesPageInput {
  /**
   * Any part of the name, the description or the SKU without regard to case, or the exact service id. At most 200 characters after
   * trimming; blank means no search.
   */
  readonly search?: string | null | undefined
  /** Default: both kinds. */
  readonly itemKind?: ServiceItemKind | null | undefined
  /** Default: active and inactive. */
  readonly isActive?: boolean | null | undefined
  /** Default: every method. */
  readonly billingMethod?: ServiceBillingMethod | null | undefined
  /** 1 to 100. Default: 25. */
  readonly pageSize?: number | null | undefined
  /** The `next` of the page before. Default: the first page. */
  readonly after?: string | null | undefined
  /** Counts all that match, in the same snapshot. Default: false, which counts nothing and is faster. */
  readonly withTotal?: boolean | null | undefined
}

/**
 * The tenant's catalogue in its second edition: with prices by currency, by cursor, many ids at once. Needs `cap:service.read`,
 * and a host that has `services-v2`: the product's own runner does not. Every failure is a `HostError` with a `ReadErrorCode`.
 */
export interface ServicesV2Host {
  /** The page after `after`, ordered by name without regard to case, then by id. */
  list(input?: ServicesPageInput): Promise<CursorPage<ServiceSummaryV2>>
  /** The entry of each id, in the order asked, or null where there is none that may be seen. 1 to 100 ids, which are UUIDs. */
  getMany(serviceIds: ReadonlyArray<string>): Promise<ReadonlyArray<ServiceSummaryV2 | null>>
  /**
   * Every entry that matches, over all pages, as `for await` takes it. It makes one host call for 100 entries, and ends with an
   * `IterationStopped` where `maxCalls` does not reach.
   */
  all(input?: Omit<ServicesPageInput, "after" | "pageSize" | "withTotal"> & AllOptions): AsyncIterable<ServiceSummaryV2>
}

/** A service of a mock; what is left out is an active service, billed `fixed`, of rate 0 and without prices. */
export type ServiceV2Fixture = ServiceFixture & Partial<Pick<ServiceSummaryV2, "prices">>

const unsaid = {
  itemKind: "service",
  billingMethod: "fixed",
  serviceTypeId: null,
  serviceTypeName: null,
  defaultRate: 0,
  unitOfMeasure: "hour",
  isActive: true,
  sku: null,
  prices: []
}

/**
 * `host.servicesV2` over plain data, for unit tests: it filters, orders, turns pages and judges input as the host does. With
 * `fail` every call fails with that code, whatever its input.
 *
 * @example
 * ```ts
 * import { createMockHostBindings, mockServicesV2 } from "@alga-psa/ext-extension-sdk"
 *
 * const serviceId = "50000000-0001-4000-8000-000000000001"
 * const prices = [{ currencyCode: "EUR", rate: 11_500 }]
 * const host = createMockHostBindings({ servicesV2: mockServicesV2([{ serviceId, serviceName: "Support", prices }]) })
 * const [support] = await host.servicesV2.getMany([serviceId])
 * console.log(support?.prices) // [ { currencyCode: 'EUR', rate: 11500 } ]
 * ```
 */
export const mockServicesV2 = (
  fixtures: ReadonlyArray<ServiceV2Fixture> = [],
  options: MockOptions = {}
): ServicesV2Host =>
  mockPages(
    "servicesV2",
    fixtures.map((fixture) => ({ ...unsaid, ...fixture })),
    options
  ) as ServicesV2Host
