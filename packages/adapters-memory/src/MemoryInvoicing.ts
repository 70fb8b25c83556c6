import type { TenantId } from "@alga-psa/ext-domain/Identifiers"
import { Invocation } from "@alga-psa/ext-domain/Invocation"
import type { CreateManualInvoiceInput } from "@alga-psa/ext-domain/InvoiceInput"
import { Invoicing, type ManualInvoiceCreated, noInvoice } from "@alga-psa/ext-domain/Invoicing"
import { Context, Effect, Layer } from "effect"
import type { Dataset } from "./Dataset.ts"
import { subtotalOf } from "./internal/invoice.ts"
import { MemoryStore } from "./MemoryStore.ts"

/** A draft that was made, and for whom. */
export interface InvoiceDraft {
  readonly tenant: TenantId
  readonly input: CreateManualInvoiceInput
  readonly invoice: ManualInvoiceCreated
}

/** The drafts that {@link layerInvoicing} made, in order: the latest 1,000. */
export class MemoryInvoices extends Context.Service<MemoryInvoices, Array<InvoiceDraft>>()(
  "@alga-psa/ext-adapters-memory/MemoryInvoices"
) {}

const mostDrafts = 1_000

/** No draft yet. */
export const layerInvoices: Layer.Layer<MemoryInvoices> = Layer.sync(MemoryInvoices, () => [])

const isDate = (text: string | null | undefined): boolean =>
  text === null || text === undefined || (/^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text)))

/** The rules that an invoice breaks, by field. */
const broken = (rows: Dataset, tenant: TenantId, input: CreateManualInvoiceInput): Readonly<Record<string, string>> => {
  const services = new Set(rows.service_catalog.flatMap((row) => (row.tenant === tenant ? [row.service_id] : [])))
  const isClient = rows.clients.some((row) => row.tenant === tenant && row.client_id === input.clientId)
  const isKnown = input.items.every(
    ({ appliesToServiceId, serviceId }) =>
      services.has(serviceId) && (appliesToServiceId == null || services.has(appliesToServiceId))
  )
  return {
    ...(isClient ? {} : { clientId: "must be a client" }),
    ...(input.items.length === 0 ? { items: "must be at least one" } : {}),
    ...(isKnown ? {} : { items: "must each name a service" }),
    ...(isDate(input.invoiceDate) ? {} : { invoiceDate: "must be YYYY-MM-DD" }),
    ...(isDate(input.dueDate) ? {} : { dueDate: "must be YYYY-MM-DD" })
  }
}

const make = Effect.gen(function* () {
  const store = yield* MemoryStore
  const drafts = yield* MemoryInvoices
  let made = drafts.length
  return Invoicing.of({
    createManualInvoice: Effect.fnUntraced(function* (input) {
      const { tenantId: tenant } = yield* Invocation
      const errors = broken(yield* store.rows, tenant, input)
      if (Object.keys(errors).length > 0) return noInvoice("Validation failed", JSON.stringify(errors))
      const subtotal = subtotalOf(input.items)
      const invoice: ManualInvoiceCreated = {
        success: true,
        invoiceId: crypto.randomUUID(),
        invoiceNumber: `DRAFT-${++made}`,
        status: "draft",
        subtotal,
        tax: 0,
        total: subtotal,
        error: null,
        fieldErrors: null
      }
      drafts.push({ tenant, input, invoice })
      if (drafts.length > mostDrafts) drafts.shift()
      return invoice
    })
  })
})

/** {@link Invoicing} as drafts for the clients and services of {@link MemoryStore}. It knows no tax. */
export const layerInvoicing: Layer.Layer<Invoicing, never, MemoryStore | MemoryInvoices> = Layer.effect(Invoicing, make)
