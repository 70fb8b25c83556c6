import type { ReadErrorCode } from "./HostError.ts"
import { allServices } from "./internal/reading.ts"
import { byNameThenId, matchesSearch, readRules } from "./internal/readRules.ts"
import { type ServiceSummary, type ServicesHost, serviceBillingMethods, serviceItemKinds } from "./Services.ts"

/** A service of a mock; what is left out is an active service, billed `fixed`, of rate 0. */
export type ServiceFixture = Pick<ServiceSummary, "serviceId" | "serviceName"> &
  Partial<ServiceSummary> & {
    /** Searched, and in no result. */
    readonly description?: string
  }

interface Entry {
  readonly summary: ServiceSummary
  readonly description: string | null
}

const entry = ({ description, ...fixture }: ServiceFixture): Entry => ({
  summary: {
    itemKind: "service",
    billingMethod: "fixed",
    serviceTypeId: null,
    serviceTypeName: null,
    defaultRate: 0,
    unitOfMeasure: "hour",
    isActive: true,
    sku: null,
    ...fixture
  },
  description: description ?? null
})

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
export const mockServices = (
  fixtures: ReadonlyArray<ServiceFixture> = [],
  options: { readonly fail?: ReadErrorCode } = {}
): ServicesHost => {
  const entries = fixtures.map(entry).sort(
    byNameThenId(
      ({ summary }) => summary.serviceName,
      ({ summary }) => summary.serviceId
    )
  )
  const list: ServicesHost["list"] = async (input) => {
    const rules = readRules("services.list", options.fail)
    const asked = input ?? {}
    const search = rules.search(asked.search)
    const itemKind = rules.oneOf(asked.itemKind, serviceItemKinds)
    const isActive = rules.flag(asked.isActive)
    const billingMethod = rules.oneOf(asked.billingMethod, serviceBillingMethods)
    const matches = entries.filter(
      ({ summary, description }) =>
        (itemKind === null || summary.itemKind === itemKind) &&
        (isActive === null || summary.isActive === isActive) &&
        (billingMethod === null || summary.billingMethod === billingMethod) &&
        matchesSearch(search, summary.serviceId, [summary.serviceName, description, summary.sku])
    )
    return rules.page(
      matches.map(({ summary }) => summary),
      asked
    )
  }
  return {
    list,
    all: allServices(list),
    get: async (serviceId) => {
      const id = readRules("services.get", options.fail).id(serviceId)
      return entries.find(({ summary }) => summary.serviceId.toLowerCase() === id)?.summary ?? null
    }
  }
}
