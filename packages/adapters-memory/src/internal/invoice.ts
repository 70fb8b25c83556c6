import type { ManualInvoiceItemInput } from "@alga-psa/ext-domain/InvoiceInput"

const amountOf = ({ quantity, rate }: ManualInvoiceItemInput): number => quantity * rate

/** What a discount takes: a percentage of what it applies to, which is everything unless it names a service; else its amount. */
const discountOf = (discount: ManualInvoiceItemInput, charges: ReadonlyArray<ManualInvoiceItemInput>): number => {
  if (discount.discountType !== "percentage") return Math.abs(amountOf(discount))
  const base = charges
    .filter(({ serviceId }) => discount.appliesToServiceId == null || discount.appliesToServiceId === serviceId)
    .reduce((sum, item) => sum + amountOf(item), 0)
  return (base * Math.abs(discount.rate)) / 100
}

/** The sum of the items in whole minor currency units. */
export const subtotalOf = (items: ReadonlyArray<ManualInvoiceItemInput>): number => {
  const charges = items.filter(({ isDiscount }) => isDiscount !== true)
  const discounts = items.filter(({ isDiscount }) => isDiscount === true)
  const charged = charges.reduce((sum, item) => sum + amountOf(item), 0)
  return Math.round(discounts.reduce((sum, item) => sum - discountOf(item, charges), charged))
}
