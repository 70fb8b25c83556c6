import { ServiceBillingMethod, ServiceItemKind, ServiceReads, type ServiceSummary } from "@alga-psa/ext-domain"
import { Effect, Schema } from "effect"
import { hostFunction, hostInterface, reply } from "./hostFunction.ts"
import { option, u32 } from "./witTypes.ts"

const ListInput = Schema.Struct({
  search: option(Schema.String),
  itemKind: option(ServiceItemKind),
  isActive: option(Schema.Boolean),
  billingMethod: option(ServiceBillingMethod),
  page: option(u32),
  pageSize: option(u32)
})

/** The arguments of the interface's functions. */
export const servicesArguments = {
  listServices: Schema.Tuple([ListInput]),
  getService: Schema.Tuple([Schema.String])
}

const summary = (service: ServiceSummary) => ({
  serviceId: service.serviceId,
  serviceName: service.serviceName,
  itemKind: service.itemKind,
  billingMethod: service.billingMethod,
  serviceTypeId: service.serviceTypeId,
  serviceTypeName: service.serviceTypeName,
  defaultRate: service.defaultRate,
  unitOfMeasure: service.unitOfMeasure,
  isActive: service.isActive,
  sku: service.sku
})

/** The interface `services` over the guarded reads. */
export const servicesInterface = Effect.map(ServiceReads, (reads) =>
  hostInterface({
    listServices: hostFunction(servicesArguments.listServices, ([input]) =>
      reply(
        Effect.map(reads.list(input), ({ items, totalCount, page, pageSize }) => ({
          items: items.map(summary),
          totalCount,
          page,
          pageSize
        }))
      )
    ),
    getService: hostFunction(servicesArguments.getService, ([serviceId]) =>
      reply(Effect.map(reads.get(serviceId), (service) => (service === null ? null : summary(service))))
    )
  })
)
