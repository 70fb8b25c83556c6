import { Context, Effect, Layer } from "effect"
import type { Authorization } from "./Authorization.ts"
import type { Guarded } from "./Guarded.ts"
import { CreateManualInvoiceInput } from "./InvoiceInput.ts"
import { Invoicing, InvoicingError, type InvoicingService } from "./Invoicing.ts"
import { guardOf } from "./internal/guard.ts"
import * as Input from "./internal/input.ts"

/** Manual invoices for an execution that has `cap:invoice.manual.create`; see {@link CreateManualInvoiceInput} for the rules. */
export class GuardedInvoicing extends Context.Service<GuardedInvoicing, Guarded<InvoicingService>>()(
  "@alga-psa/ext-domain/GuardedInvoicing"
) {}

const creating = {
  name: "invoicing.create-manual-invoice",
  span: "Invoicing.createManualInvoice",
  access: "write",
  capability: "cap:invoice.manual.create",
  permission: null,
  errors: [InvoicingError],
  refuses: true
} as const

const decodeInvoice = Input.decode(CreateManualInvoiceInput, "input")

const make = Effect.gen(function* () {
  const invoicing = yield* Invoicing
  const guarded = yield* guardOf([creating])

  return GuardedInvoicing.of({
    createManualInvoice: (input) =>
      guarded(creating, {
        input: decodeInvoice(input),
        run: (_, valid) => invoicing.createManualInvoice(valid),
        count: () => 1,
        refused: ({ success }) => !success
      })
  })
})

/** The guarded port over the port. */
export const layerGuardedInvoicing: Layer.Layer<GuardedInvoicing, never, Invoicing | Authorization> = Layer.effect(
  GuardedInvoicing,
  make
)
