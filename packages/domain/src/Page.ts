import { Schema } from "effect"

/** Bounds and defaults of paging, the same for every list. Pages are numbered from 1, sizes count items. */
export const paging = { firstPage: 1, maxPage: 10_000, defaultPageSize: 25, maxPageSize: 100 } as const

/** A page's number: whole, 1 to 10,000. */
export const PageNumber = Schema.Int.annotate({ message: "must be a whole number" }).check(
  Schema.isBetween(
    { minimum: paging.firstPage, maximum: paging.maxPage },
    { message: `must be ${paging.firstPage} to ${paging.maxPage}` }
  )
)

/** How many items a page may hold: whole, 1 to 100. */
export const PageSize = Schema.Int.annotate({ message: "must be a whole number" }).check(
  Schema.isBetween({ minimum: 1, maximum: paging.maxPageSize }, { message: `must be 1 to ${paging.maxPageSize}` })
)

/** One page of a list. `totalCount` counts all items that match, on every page, in the same snapshot as `items`. */
export interface Page<A> {
  readonly items: ReadonlyArray<A>
  readonly totalCount: number
  readonly page: number
  readonly pageSize: number
}

/** A page of these. */
export const pageOf = <A>(item: Schema.Codec<A, unknown>): Schema.Codec<Page<A>, unknown> =>
  Schema.Struct({ items: Schema.Array(item), totalCount: Schema.Int, page: Schema.Int, pageSize: Schema.Int })
