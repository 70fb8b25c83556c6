import type { Invocation } from "@alga-psa/ext-domain"
import { Context, Effect, Layer, Schema } from "effect"
import { f64, option } from "./internal/imports/witTypes.ts"

/** One line of a manual invoice, as the guest wrote it. `rate` is in minor currency units. */
export const ManualInvoiceItemInput = Schema.Struct({
  serviceId: Schema.String,
  quantity: f64,
  description: Schema.String,
  rate: f64,
  isDiscount: option(Schema.Boolean),
  discountType: option(Schema.Literals(["percentage", "fixed"])),
  appliesToItemId: option(Schema.String),
  appliesToServiceId: option(Schema.String)
})

/** What a manual invoice is to be, as the guest wrote it. Dates are ISO 8601. */
export const CreateManualInvoiceInput = Schema.Struct({
  clientId: Schema.String,
  items: Schema.Array(ManualInvoiceItemInput),
  invoiceDate: option(Schema.String),
  dueDate: option(Schema.String),
  poNumber: option(Schema.String)
})
export interface CreateManualInvoiceInput extends Schema.Schema.Type<typeof CreateManualInvoiceInput> {}

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

/** Manual invoices. Asked only where the capability `cap:invoice.manual.create` is effective. */
export interface InvoicingService {
  readonly createManualInvoice: (
    input: CreateManualInvoiceInput
  ) => Effect.Effect<ManualInvoiceCreated, never, Invocation>
}

/** The port to invoicing. */
export class Invoicing extends Context.Service<Invoicing, InvoicingService>()("@alga-psa/ext-adapters-wit/Invoicing") {}

/** The answer where no invoice was made. */
export const noInvoice = (error: string): ManualInvoiceCreated => ({
  success: false,
  invoiceId: null,
  invoiceNumber: null,
  status: null,
  subtotal: null,
  tax: null,
  total: null,
  error,
  fieldErrors: null
})

/** Makes no invoice for anybody. */
export const layerInvoicingDenied: Layer.Layer<Invoicing> = Layer.succeed(Invoicing, {
  createManualInvoice: () => Effect.succeed(noInvoice("denied"))
})
