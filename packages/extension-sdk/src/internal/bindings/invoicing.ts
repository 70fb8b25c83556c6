/// <reference path="../world.d.ts" />
import { createManualInvoice } from "alga:extension/invoicing"
import type { InvoicingHost } from "../../Invoicing.ts"
import { hostCall } from "../hostCall.ts"
import { fieldMessages, lift } from "../lift.ts"
import { createManualInvoiceInput } from "../shapes.ts"

/** `host.invoicing` over the world. */
export const binding: InvoicingHost = {
  createManualInvoice: async (input) => {
    const lowered = createManualInvoiceInput(input, "input")
    const { fieldErrors, ...result } = lift(
      hostCall("invoicing.createManualInvoice", () => createManualInvoice(lowered))
    )
    return { ...result, fieldErrors: fieldMessages(fieldErrors) }
  }
}
