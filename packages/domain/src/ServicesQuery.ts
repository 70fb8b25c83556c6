import { Effect, Schema } from "effect"
import { absent } from "./Absent.ts"
import type { InvalidInput } from "./CallError.ts"
import * as Input from "./internal/input.ts"
import { PageNumber, PageSize, paging } from "./Page.ts"
import { ServiceBillingMethod, ServiceItemKind } from "./ServiceSummary.ts"

const oneKind = "must be service or product"
const oneMethod = "must be fixed, hourly or usage"

/** What a caller may ask of a list of catalog entries. Everything may be left out. */
export const ServicesListInput = Schema.Struct({
  /**
   * Part of the name, the description or the SKU without regard to case, or the exact service id. At most 200
   * characters after trimming.
   */
  search: absent(Input.SearchTerm, Input.rules.text),
  /** Only entries of this kind. Default: both. */
  itemKind: absent(ServiceItemKind.annotate({ message: oneKind }), oneKind),
  /** Only active, or only inactive, entries. Default: both. */
  isActive: absent(Schema.Boolean, Input.rules.flag),
  /** Only entries that are billed so. Default: all three. */
  billingMethod: absent(ServiceBillingMethod.annotate({ message: oneMethod }), oneMethod),
  /** 1 to 10,000. Default: 1. */
  page: absent(PageNumber, Input.rules.wholeNumber),
  /** 1 to 100. Default: 25. */
  pageSize: absent(PageSize, Input.rules.wholeNumber)
})
export interface ServicesListInput extends Schema.Codec.Encoded<typeof ServicesListInput> {}

/** A list of catalog entries to read, every rule applied; null means no filter. */
export interface ServicesQuery {
  /** Trimmed and not empty, or null for no search. */
  readonly search: string | null
  readonly itemKind: ServiceItemKind | null
  readonly isActive: boolean | null
  readonly billingMethod: ServiceBillingMethod | null
  readonly page: number
  readonly pageSize: number
}

const decode = Input.decode(ServicesListInput, "input")

/** Applies the input rules and defaults. */
export const servicesQuery = (input: unknown): Effect.Effect<ServicesQuery, InvalidInput> =>
  Effect.map(decode(input ?? {}), (valid) => ({
    search: valid.search || null,
    itemKind: valid.itemKind ?? null,
    isActive: valid.isActive ?? null,
    billingMethod: valid.billingMethod ?? null,
    page: valid.page ?? paging.firstPage,
    pageSize: valid.pageSize ?? paging.defaultPageSize
  }))
