import { ServiceId } from "@alga-psa/ext-domain/Identifiers"
import { ServiceReader } from "@alga-psa/ext-domain/ServiceReader"
import { ServiceBillingMethod, type ServiceSummary } from "@alga-psa/ext-domain/ServiceSummary"
import { Effect, Layer, Schema } from "effect"
import type { Dataset, ServiceRow } from "./Dataset.ts"
import { pageOf } from "./internal/page.ts"
import { matches } from "./internal/text.ts"
import { MemoryStore } from "./MemoryStore.ts"

type VisibleRow = ServiceRow & { readonly billing_method: ServiceBillingMethod }

const isBillingMethod = Schema.is(ServiceBillingMethod)
const isVisible = (service: ServiceRow): service is VisibleRow => isBillingMethod(service.billing_method)

const summary = (rows: Dataset, service: VisibleRow): ServiceSummary => {
  const type = rows.service_types.find(
    (row) => row.tenant === service.tenant && row.id === service.custom_service_type_id
  )
  return {
    serviceId: ServiceId.make(service.service_id),
    serviceName: service.service_name,
    itemKind: service.item_kind,
    billingMethod: service.billing_method,
    serviceTypeId: type?.id ?? null,
    serviceTypeName: type?.name ?? null,
    defaultRate: service.default_rate ?? 0,
    unitOfMeasure: service.unit_of_measure ?? "",
    isActive: service.is_active,
    sku: service.sku
  }
}

/** {@link ServiceReader} over the rows of {@link MemoryStore}. It never fails. */
export const layerServiceReader: Layer.Layer<ServiceReader, never, MemoryStore> = Layer.effect(
  ServiceReader,
  Effect.map(MemoryStore, (store) =>
    ServiceReader.of({
      list: (tenant, query) =>
        Effect.map(store.rows, (rows) => {
          const found = rows.service_catalog
            .filter(isVisible)
            .filter(
              (service) =>
                service.tenant === tenant &&
                (query.itemKind === null || service.item_kind === query.itemKind) &&
                (query.isActive === null || service.is_active === query.isActive) &&
                (query.billingMethod === null || service.billing_method === query.billingMethod) &&
                (query.search === null ||
                  matches(query.search, service.service_id, [service.service_name, service.description, service.sku]))
            )
          return pageOf(
            found,
            query,
            (service) => [service.service_name, service.service_id],
            (service) => summary(rows, service)
          )
        }),
      get: (tenant, id) =>
        Effect.map(store.rows, (rows) => {
          const service = rows.service_catalog
            .filter(isVisible)
            .find((row) => row.tenant === tenant && row.service_id === id)
          return service === undefined ? null : summary(rows, service)
        })
    })
  )
)
