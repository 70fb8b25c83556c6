import { Effect, Schema } from "effect"
import { ok } from "../../HostCall.ts"
import { CreateManualInvoiceInput, Invoicing, noInvoice } from "../../Invoicing.ts"
import { gateFor } from "./gated.ts"
import { hostFunction, hostInterface, reply } from "./hostFunction.ts"

/** The arguments of the interface's functions. */
export const invoicingArguments = { createManualInvoice: Schema.Tuple([CreateManualInvoiceInput]) }

const replies = { denied: ok(noInvoice("denied")), internal: ok(noInvoice("internal")) }

/** The interface `invoicing` over its port, behind `cap:invoice.manual.create`. */
export const invoicingInterface = Effect.gen(function* () {
  const invoicing = yield* Invoicing
  const gated = yield* gateFor("cap:invoice.manual.create")
  return hostInterface({
    createManualInvoice: hostFunction(invoicingArguments.createManualInvoice, ([input]) =>
      gated(replies, reply(invoicing.createManualInvoice(input), replies.internal))
    )
  })
})
