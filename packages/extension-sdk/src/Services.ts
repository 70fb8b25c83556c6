import type { AllOptions } from "./AllPages.ts"
import { type MockOptions, mockReads } from "./internal/mockReads.ts"
import type { Page } from "./Page.ts"

/** What a catalogue entry can be. */
export const serviceItemKinds = ["service", "product"] as const

/** One of `serviceItemKinds`. */
export type ServiceItemKind = (typeof serviceItemKinds)[number]

/** How a catalogue entry can be billed. */
export const serviceBillingMethods = ["fixed", "hourly", "usage"] as const

/** One of `serviceBillingMethods`. */
export type ServiceBillingMethod = (typeof serviceBillingMethods)[number]

/** One entry of the tenant's catalogue. Null means that the value is not known. */
export interface ServiceSummary {
  readonly serviceId: string
  readonly serviceName: string
  readonly itemKind: ServiceItemKind
  readonly billingMethod: ServiceBillingMethod
  readonly serviceTypeId: string | null
  readonly serviceTypeName: string | null
  /** Minor currency units (cents); 0 where no rate is set. */
  readonly defaultRate: number
  readonly unitOfMeasure: string
  readonly isActive: boolean
  readonly sku: string | null
}

/** Which services, and which page of them. Without any field: the first page of all. */
export interface ServicesListInput {
  /**
   * Any part of the name, the description or the SKU without regard to case, or the exact service id. At most 200
   * characters after trimming; blank means no search.
   */
  readonly search?: string | null | undefined
  /** Default: both kinds. */
  readonly itemKind?: ServiceItemKind | null | undefined
  /** Default: active and inactive. */
  readonly isActive?: boolean | null | undefined
  /** Default: every method. */
  readonly billingMethod?: ServiceBillingMethod | null | undefined
  /** 1 to 10,000. Default: 1. */
  readonly page?: number | null | undefined
  /** 1 to 100. Default: 25. */
  readonly pageSize?: number | null | undefined
}

/**
 * The tenant's catalogue of services and products, to read. Needs `cap:service.read`. Every failure is a `HostError`
 * with a `ReadErrorCode`: `not-allowed` is decided first, then `invalid-input`.
 */
export interface ServicesHost {
  /** One page, ordered by name without regard to case, then by id. */
  list(input?: ServicesListInput): Promise<Page<ServiceSummary>>
  /**
   * Every entry that matches, over all pages, as `for await` takes it. No entry comes twice. It makes one host call for
   * 100 entries, and ends with a `ListIncomplete` where `maxCalls` does not reach.
   */
  all(input?: Omit<ServicesListInput, "page" | "pageSize"> & AllOptions): AsyncIterable<ServiceSummary>
  /** The entry, active or not, or null where there is none of that id (a UUID) that may be seen. */
  get(serviceId: string): Promise<ServiceSummary | null>
}

/** A service of a mock; what is left out is an active service, billed `fixed`, of rate 0. */
export type ServiceFixture = Pick<ServiceSummary, "serviceId" | "serviceName"> &
  Partial<ServiceSummary> & {
    /** Searched, and in no result. */
    readonly description?: string
  }

const unsaid = {
  itemKind: "service",
  billingMethod: "fixed",
  serviceTypeId: null,
  serviceTypeName: null,
  defaultRate: 0,
  unitOfMeasure: "hour",
  isActive: true,
  sku: null
}

/**
 * `host.services` over plain data, for unit tests: it filters, orders, pages and judges input as the host does. With
 * `fail` every call fails with that code, whatever its input.
 *
 * @example
 * ```ts
 * import { createMockHostBindings, mockServices } from "@alga-psa/ext-extension-sdk"
 *
 * const serviceId = "50000000-0001-4000-8000-000000000001"
 * const services = mockServices([{ serviceId, serviceName: "Support", billingMethod: "hourly", defaultRate: 12_500 }])
 * const host = createMockHostBindings({ services })
 * console.log((await host.services.list({ billingMethod: "hourly" })).items[0]?.defaultRate) // 12500
 * ```
 */
export const mockServices = (fixtures: ReadonlyArray<ServiceFixture> = [], options: MockOptions = {}): ServicesHost =>
  mockReads(
    "services",
    fixtures.map((fixture) => ({ ...unsaid, ...fixture })),
    options
  ) as ServicesHost
