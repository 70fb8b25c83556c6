import { Context, Effect, Layer, Schema } from "effect"
import type { Invocation } from "./Invocation.ts"
import type { CreateManualInvoiceInput } from "./InvoiceInput.ts"
import { NotOffered } from "./NotOffered.ts"

/** Why invoicing did not answer. The world has no enum for it: an extension sees the code as the result's error text. */
export class InvoicingError extends Schema.TaggedError<InvoicingError>()("InvoicingError", {
  code: Schema.Literals(["denied", "internal"]),
  /** True where a change was asked for and its answer was lost: it may have been made. */
  mayBeDone: Schema.optionalKey(Schema.Boolean),
  /** For the host's own log. It never reaches an extension. */
  cause: Schema.optionalKey(Schema.Defect())
}) {}

/** How the making of an invoice ended; amounts in minor currency units. Where `success` is false there is none. */
export interface ManualInvoiceCreated {
  readonly success: boolean
  readonly invoiceId: string | null
  readonly invoiceNumber: string | null
  readonly status: string | null
  readonly subtotal: number | null
  readonly tax: number | null
  readonly total: number | null
  readonly error: string | null
  /** A JSON object of field names to messages. */
  readonly fieldErrors: string | null
}

/**
 * Manual invoices of the tenant behind the current execution. It checks no right: that is the work of `GuardedInvoicing`.
 *
 * Guarantees, for every implementation:
 * - An invoice is a draft of the execution's own tenant, with the items in their order.
 * - A client or a service that the tenant does not have, and any other broken rule, is `success: false` with an error text,
 *   and makes no invoice.
 * - An invoice is asked for once at most: a second call makes a second invoice.
 */
export interface InvoicingService {
  readonly createManualInvoice: (
    input: CreateManualInvoiceInput
  ) => Effect.Effect<ManualInvoiceCreated, InvoicingError, Invocation>
}

/** The port to invoicing. */
export class Invoicing extends Context.Service<Invoicing, InvoicingService>()("@alga-psa/ext-domain/Invoicing") {}

/** The answer where no invoice was made. */
export const noInvoice = (error: string, fieldErrors: string | null = null): ManualInvoiceCreated => ({
  success: false,
  invoiceId: null,
  invoiceNumber: null,
  status: null,
  subtotal: null,
  tax: null,
  total: null,
  error,
  fieldErrors
})

/** Makes no invoice for anybody. */
export const layerInvoicingDenied: Layer.Layer<Invoicing> = Layer.succeed(Invoicing, {
  createManualInvoice: () =>
    Effect.fail(new InvoicingError({ code: "denied", cause: new NotOffered({ port: "invoicing" }) }))
})
