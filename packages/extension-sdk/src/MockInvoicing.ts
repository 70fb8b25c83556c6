import type {
  CreateManualInvoiceInput,
  CreateManualInvoiceResult,
  InvoicingHost,
  ManualInvoiceItemInput
} from "./Invoicing.ts"
import { isText } from "./internal/mockRules.ts"
import { createManualInvoiceInput } from "./internal/shapes.ts"

/** The ids of what a tenant of a test has. */
export interface InvoicingFixtures {
  readonly clients: ReadonlyArray<string>
  readonly services: ReadonlyArray<string>
}

/** A draft that was made. */
export interface MockInvoiceDraft {
  readonly input: CreateManualInvoiceInput
  readonly result: CreateManualInvoiceResult
}

/** {@link InvoicingHost} of a test. */
export interface MockInvoicing extends InvoicingHost {
  /** What was made, in order. */
  readonly drafts: ReadonlyArray<MockInvoiceDraft>
}

const nothing = { invoiceId: null, invoiceNumber: null, status: null, subtotal: null, tax: null, total: null }

const refused = (error: string, fieldErrors: Readonly<Record<string, string>> | null): CreateManualInvoiceResult => ({
  success: false,
  ...nothing,
  error,
  fieldErrors
})

const isDate = (text: string | null | undefined): boolean =>
  text === null || text === undefined || (/^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text)))

const brokenRules = (
  { clientId, dueDate, invoiceDate, items }: CreateManualInvoiceInput,
  { clients, services }: InvoicingFixtures
): Readonly<Record<string, string>> => {
  const isKnown = items.every(
    ({ appliesToServiceId, serviceId }) =>
      services.includes(serviceId) && (appliesToServiceId == null || services.includes(appliesToServiceId))
  )
  return {
    ...(clients.includes(clientId) ? {} : { clientId: "must be a client" }),
    ...(items.length === 0 ? { items: "must be at least one" } : {}),
    ...(isKnown ? {} : { items: "must each name a service" }),
    ...(isDate(invoiceDate) ? {} : { invoiceDate: "must be YYYY-MM-DD" }),
    ...(isDate(dueDate) ? {} : { dueDate: "must be YYYY-MM-DD" })
  }
}

const amountOf = ({ quantity, rate }: ManualInvoiceItemInput): number => quantity * rate

const discountOf = (discount: ManualInvoiceItemInput, charges: ReadonlyArray<ManualInvoiceItemInput>): number => {
  if (discount.discountType !== "percentage") return Math.abs(amountOf(discount))
  const applies = charges.filter(
    ({ serviceId }) => discount.appliesToServiceId == null || discount.appliesToServiceId === serviceId
  )
  return (applies.reduce((sum, item) => sum + amountOf(item), 0) * Math.abs(discount.rate)) / 100
}

const subtotalOf = (items: ReadonlyArray<ManualInvoiceItemInput>): number => {
  const charges = items.filter(({ isDiscount }) => isDiscount !== true)
  const discounts = items.filter(({ isDiscount }) => isDiscount === true)
  const charged = charges.reduce((sum, item) => sum + amountOf(item), 0)
  return Math.round(discounts.reduce((sum, item) => sum - discountOf(item, charges), charged))
}

/** Rules of sizes, whatever the tenant has. */
const isInBounds = ({ clientId, items, poNumber }: CreateManualInvoiceInput): boolean =>
  isText(clientId, 1, 64) &&
  items.length <= 500 &&
  (poNumber == null || isText(poNumber, 0, 255)) &&
  items.every(({ description, serviceId }) => isText(serviceId, 1, 64) && isText(description, 0, 5_000))

/**
 * `host.invoicing` for unit tests: it makes drafts for the clients and services that a test names, and refuses what the host
 * refuses, by its result. It knows no tax. With `fail` every call is refused with that text.
 *
 * @example
 * ```ts
 * import { createMockHostBindings, mockInvoicing } from "@alga-psa/ext-extension-sdk"
 *
 * const invoicing = mockInvoicing({ clients: ["c1"], services: ["s1"] })
 * const host = createMockHostBindings({ invoicing })
 * const items = [{ serviceId: "s1", quantity: 2, description: "Work", rate: 5_000 }]
 * console.log((await host.invoicing.createManualInvoice({ clientId: "c1", items })).total) // 10000
 * const { fieldErrors } = await host.invoicing.createManualInvoice({ clientId: "c2", items })
 * console.log(fieldErrors, invoicing.drafts.length) // { clientId: 'must be a client' } 1
 * ```
 */
export const mockInvoicing = (
  fixtures: Partial<InvoicingFixtures> = {},
  { fail }: { readonly fail?: string } = {}
): MockInvoicing => {
  const known = { clients: [], services: [], ...fixtures }
  const drafts: Array<MockInvoiceDraft> = []
  return {
    drafts,
    createManualInvoice: async (given) => {
      const input: CreateManualInvoiceInput = createManualInvoiceInput(given, "input")
      if (fail !== undefined) return refused(fail, null)
      if (!isInBounds(input)) return refused("Validation failed", { items: "must keep to the sizes of the host" })
      const errors = brokenRules(input, known)
      if (Object.keys(errors).length > 0) return refused("Validation failed", errors)
      const number = drafts.length + 1
      const subtotal = subtotalOf(input.items)
      const result: CreateManualInvoiceResult = {
        success: true,
        invoiceId: `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`,
        invoiceNumber: `DRAFT-${number}`,
        status: "draft",
        subtotal,
        tax: 0,
        total: subtotal,
        error: null,
        fieldErrors: null
      }
      drafts.push({ input, result })
      return result
    }
  }
}
