import { Effect, Schema } from "effect"
import { absent } from "./Absent.ts"
import type { InvalidInput } from "./CallError.ts"
import type { ClientId } from "./Identifiers.ts"
import * as Input from "./internal/input.ts"
import { PageNumber, PageSize, paging } from "./Page.ts"

/** What a caller may ask of a list of clients. Everything may be left out. */
export const ClientsListInput = Schema.Struct({
  /**
   * Part of the name or of the billing email without regard to case, or the exact client id. At most 200
   * characters after trimming.
   */
  search: absent(Input.SearchTerm, Input.rules.text),
  /** True includes inactive clients. Default: false. */
  includeInactive: absent(Schema.Boolean, Input.rules.flag),
  /** 1 to 10,000. Default: 1. */
  page: absent(PageNumber, Input.rules.wholeNumber),
  /** 1 to 100. Default: 25. */
  pageSize: absent(PageSize, Input.rules.wholeNumber)
})
export interface ClientsListInput extends Schema.Codec.Encoded<typeof ClientsListInput> {}

/** A list of clients to read, every rule applied. */
export interface ClientsQuery {
  /** Trimmed and not empty, or null for no search. */
  readonly search: string | null
  readonly includeInactive: boolean
  /** The only client that the reader may return, or null for every client of the tenant. */
  readonly onlyClient: ClientId | null
  readonly page: number
  readonly pageSize: number
}

const decode = Input.decode(ClientsListInput, "input")

/** Applies the input rules and defaults. The query covers every client of the tenant. */
export const clientsQuery = (input: unknown): Effect.Effect<ClientsQuery, InvalidInput> =>
  Effect.map(decode(input ?? {}), (valid) => ({
    search: valid.search || null,
    includeInactive: valid.includeInactive ?? false,
    onlyClient: null,
    page: valid.page ?? paging.firstPage,
    pageSize: valid.pageSize ?? paging.defaultPageSize
  }))
