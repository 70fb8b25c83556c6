import { GuardedInvoicing, noInvoice } from "@alga-psa/ext-domain"
import { Effect, Schema } from "effect"
import { hostFunction, hostInterface, replyOr } from "./hostFunction.ts"
import { refusalIn } from "./refusals.ts"
import { f64, option } from "./witTypes.ts"

const Item = Schema.Struct({
  serviceId: Schema.String,
  quantity: f64,
  description: Schema.String,
  rate: f64,
  isDiscount: option(Schema.Boolean),
  discountType: option(Schema.Literals(["percentage", "fixed"])),
  appliesToItemId: option(Schema.String),
  appliesToServiceId: option(Schema.String)
})

const Invoice = Schema.Struct({
  clientId: Schema.String,
  items: Schema.Array(Item),
  invoiceDate: option(Schema.String),
  dueDate: option(Schema.String),
  poNumber: option(Schema.String)
})

/** The arguments of the interface's functions. */
export const invoicingArguments = { createManualInvoice: Schema.Tuple([Invoice]) }

const refusal = refusalIn(noInvoice)

/** The interface `invoicing` over the guarded port. */
export const invoicingInterface = Effect.map(GuardedInvoicing, (invoicing) =>
  hostInterface({
    createManualInvoice: hostFunction(invoicingArguments.createManualInvoice, ([input]) =>
      replyOr(invoicing.createManualInvoice(input), refusal)
    )
  })
)
