import { Schema } from "effect"
import { absent } from "./Absent.ts"
import * as Input from "./internal/input.ts"

const id = Input.text(1, 64)
const date = absent(Input.text(1, 32), Input.rules.text)
const amount = Schema.Finite.annotate({ message: "must be a number" })
const mostItems = 500

/** One line of a manual invoice. `rate` is in minor currency units. */
export const ManualInvoiceItemInput = Schema.Struct({
  serviceId: id,
  quantity: amount,
  description: Input.text(0, 5_000),
  rate: amount,
  isDiscount: absent(Schema.Boolean, Input.rules.flag),
  discountType: absent(Schema.Literals(["percentage", "fixed"])),
  appliesToItemId: absent(id, Input.rules.text),
  appliesToServiceId: absent(id, Input.rules.text)
})
export interface ManualInvoiceItemInput extends Schema.Schema.Type<typeof ManualInvoiceItemInput> {}

/** What a manual invoice is to be. Dates are `YYYY-MM-DD`. */
export const CreateManualInvoiceInput = Schema.Struct({
  clientId: id,
  /** At most 500. */
  items: Schema.Array(ManualInvoiceItemInput).check(
    Schema.isMaxLength(mostItems, { message: `must be at most ${mostItems} items` })
  ),
  invoiceDate: date,
  dueDate: date,
  poNumber: absent(Input.text(0, 255), Input.rules.text)
})
export interface CreateManualInvoiceInput extends Schema.Schema.Type<typeof CreateManualInvoiceInput> {}
