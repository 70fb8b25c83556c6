import { serviceBillingMethods, serviceItemKinds } from "../Services.ts"
import { bytes, flag, json, type Lower, list, number, oneOf, option, record, text, u32, u64 } from "./lower.ts"

/** The records of the world that go out, each with what its fields may hold. */
export const clientsListInput = record({
  search: option(text),
  includeInactive: option(flag),
  page: option(u32),
  pageSize: option(u32)
})

export const servicesListInput = record({
  search: option(text),
  itemKind: option(oneOf(serviceItemKinds)),
  isActive: option(flag),
  billingMethod: option(oneOf(serviceBillingMethods)),
  page: option(u32),
  pageSize: option(u32)
})

const header = record({ name: text, value: text })

export const httpRequest = record({ method: text, url: text, headers: list(header), body: option(bytes) })

const missingHeaders: Lower<Array<{ name: string; value: string }>> = (value, name) =>
  value === undefined || value === null ? [] : list(header)(value, name)

const status: Lower<number> = (value, name) => {
  const code = u32(value, name)
  if (code < 100 || code > 599) throw new TypeError(`${name} must be from 100 to 599`)
  return code
}

export const executeResponse = record({ status, headers: missingHeaders, body: option(bytes) })

export const storageEntry = record({ namespace: text, key: text, value: bytes, revision: option(u64) })

const clearableText: Lower<string | undefined> = (value, name) => (value === null ? "" : option(text)(value, name))

export const createScheduleInput = record({
  endpoint: text,
  cron: text,
  timezone: option(text),
  enabled: option(flag),
  name: option(text),
  payload: json
})

/** Null clears a name or a payload: an empty name, a payload of `null`. */
export const updateScheduleInput = record({
  endpoint: option(text),
  cron: option(text),
  timezone: option(text),
  enabled: option(flag),
  name: clearableText,
  payload: json
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

export const createManualInvoiceInput = record({
  clientId: text,
  items: list(manualInvoiceItemInput),
  invoiceDate: option(text),
  dueDate: option(text),
  poNumber: option(text)
})
