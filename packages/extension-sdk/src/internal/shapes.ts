import { bytes, flag, json, type Lower, list, number, oneOf, option, record, text, u64, wholeFrom } from "./lower.ts"

const header = record({ name: text, value: text })

/** The request of `http.fetch`. */
export const httpRequest = record({ method: text, url: text, headers: list(header), body: option(bytes) })

const missingHeaders: Lower<Array<{ name: string; value: string }>> = (value, name) =>
  value === undefined || value === null ? [] : list(header)(value, name)

const status = wholeFrom(200, 599)

/** What a handler gives; headers and body may be left out. */
export const executeResponse = record({ status, headers: missingHeaders, body: option(bytes) })

/** What `storage.put` takes. */
export const storageEntry = record({ namespace: text, key: text, value: bytes, revision: option(u64) })

const clearableText: Lower<string | undefined> = (value, name) => (value === null ? "" : option(text)(value, name))

/** A payload of null clears the one before, which the world says by an empty text. */
const clearableJson: Lower<string | undefined> = (value, name) => (value === null ? "" : json(value, name))

/** The input of `scheduler.create`. */
export const createScheduleInput = record({
  endpoint: text,
  cron: text,
  timezone: option(text),
  enabled: option(flag),
  name: option(text),
  payload: json
})

/** The input of `scheduler.update`. Null clears a name or a payload, by an empty text. */
export const updateScheduleInput = record({
  endpoint: option(text),
  cron: option(text),
  timezone: option(text),
  enabled: option(flag),
  name: clearableText,
  payload: clearableJson
})

const manualInvoiceItemInput = record({
  serviceId: text,
  quantity: number,
  description: text,
  rate: number,
  isDiscount: option(flag),
  discountType: option(oneOf(["percentage", "fixed"])),
  appliesToItemId: option(text),
  appliesToServiceId: option(text)
})

/** The input of `invoicing.createManualInvoice`. */
export const createManualInvoiceInput = record({
  clientId: text,
  items: list(manualInvoiceItemInput),
  invoiceDate: option(text),
  dueDate: option(text),
  poNumber: option(text)
})
