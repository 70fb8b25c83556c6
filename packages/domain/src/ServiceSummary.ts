import { Schema } from "effect"
import { ServiceId } from "./Identifiers.ts"

/** What kind of catalog entry a service is. */
export const ServiceItemKind = Schema.Literals(["service", "product"])
export type ServiceItemKind = typeof ServiceItemKind.Type

/** How a service is billed. Entries that are billed in any other way are invisible to extensions. */
export const ServiceBillingMethod = Schema.Literals(["fixed", "hourly", "usage"])
export type ServiceBillingMethod = typeof ServiceBillingMethod.Type

/** What an extension sees of a catalog entry. `null` where the database holds nothing. */
export const ServiceSummary = Schema.Struct({
  serviceId: ServiceId,
  serviceName: Schema.String,
  itemKind: ServiceItemKind,
  billingMethod: ServiceBillingMethod,
  serviceTypeId: Schema.NullOr(Schema.String).annotateKey({
    description: "Null, like its name, when the type is not one of the tenant's own."
  }),
  serviceTypeName: Schema.NullOr(Schema.String),
  defaultRate: Schema.Finite.annotateKey({ description: "Minor currency units (cents); 0 when no rate is set." }),
  unitOfMeasure: Schema.String.annotateKey({ description: "Empty when no unit is set." }),
  isActive: Schema.Boolean,
  sku: Schema.NullOr(Schema.String)
})
export interface ServiceSummary extends Schema.Schema.Type<typeof ServiceSummary> {}

/** What an entry costs in one currency. */
export const ServicePrice = Schema.Struct({
  currencyCode: Schema.String.annotateKey({ description: "ISO 4217, three letters." }),
  rate: Schema.Finite.annotateKey({ description: "Minor currency units (cents)." })
}).annotate({ identifier: "ServicePrice", description: "What an entry costs in one currency." })
export interface ServicePrice extends Schema.Schema.Type<typeof ServicePrice> {}

/** What a second edition adds to {@link ServiceSummary}. `defaultRate` stays what it is. */
export const ServiceSummaryV2 = Schema.Struct({
  ...ServiceSummary.fields,
  prices: Schema.Array(ServicePrice).annotateKey({ description: "Sorted by currency code; empty when there are none." })
})
export interface ServiceSummaryV2 extends Schema.Schema.Type<typeof ServiceSummaryV2> {}
