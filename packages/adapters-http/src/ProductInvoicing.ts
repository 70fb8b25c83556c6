import { Invoicing, InvoicingError, type ManualInvoiceCreated, noInvoice } from "@alga-psa/ext-domain/Invoicing"
import { Effect, Layer, Schema } from "effect"
import { refusalOf } from "./internal/refusal.ts"
import { nonsense, ProductApi } from "./ProductApi.ts"
import type { ServerFailed } from "./ServerFailed.ts"

const Created = Schema.Struct({
  success: Schema.Literal(true),
  invoice: Schema.Struct({
    invoiceId: Schema.String,
    invoiceNumber: Schema.String,
    status: Schema.String,
    subtotal: Schema.Finite,
    tax: Schema.Finite,
    total: Schema.Finite
  })
})

const codes: Readonly<Record<number, InvoicingError["code"]>> = { 401: "denied", 403: "denied", 429: "denied" }

const failed = (cause: ServerFailed) =>
  new InvoicingError({ code: "internal", cause, ...(cause.mayBeDone ? { mayBeDone: true } : {}) })

/** What is said; an option that is absent is left out. */
const presentFields = <Input extends object>(input: Input): Record<string, unknown> =>
  Object.fromEntries(Object.entries(input).filter(([, value]) => value !== null && value !== undefined))

const make = Effect.map(ProductApi, ({ ask }) =>
  Invoicing.of({
    createManualInvoice: Effect.fnUntraced(function* (input) {
      const request = { ...presentFields(input), items: input.items.map(presentFields) }
      const answer = yield* Effect.mapError(ask("invoicing", "createManualInvoice", request), failed)
      const code = codes[answer.status]
      if (code !== undefined) return yield* new InvoicingError({ code })
      const refusal = refusalOf(answer.status, answer.body)
      if (refusal !== null) return noInvoice(refusal.error, refusal.fieldErrors)
      if (answer.status >= 400) return yield* failed(nonsense(answer))
      const { invoice } = yield* Effect.mapError(Schema.decodeUnknownEffect(Created)(answer.body), () =>
        failed(nonsense(answer))
      )
      return { success: true, ...invoice, error: null, fieldErrors: null } satisfies ManualInvoiceCreated
    })
  })
)

/** {@link Invoicing} in the product. */
export const layerInvoicingHttp: Layer.Layer<Invoicing, never, ProductApi> = Layer.effect(Invoicing, make)
