import { Schema } from "effect"
import { absent } from "./Absent.ts"
import * as Input from "./internal/input.ts"
import { PageSize, paging } from "./Page.ts"
import { cursorOf, type PageCursor } from "./PageCursor.ts"

/** One page of a list that is read by cursor. */
export interface CursorPage<A> {
  readonly items: ReadonlyArray<A>
  /** How many items match on all pages, in the same snapshot as `items`; null where it was not asked for. */
  readonly totalCount: number | null
  /** What to give as `after` for the next page; null after the last. */
  readonly next: string | null
}

/** One page of these. */
export const cursorPageOf = <A>(item: Schema.Codec<A, unknown>): Schema.Codec<CursorPage<A>, unknown> =>
  Schema.Struct({
    items: Schema.Array(item),
    totalCount: Schema.NullOr(Schema.Int),
    next: Schema.NullOr(Schema.String)
  })

/** What the query of every list by cursor has. */
export interface CursorQuery {
  /** Trimmed and not empty, or null for no search. */
  readonly search: string | null
  readonly pageSize: number
  /** The last record of the page before, whether it is still there or not; null for the first page. */
  readonly after: PageCursor | null
  readonly withTotal: boolean
}

/** The inputs of every list by cursor. */
export const cursorInputs = {
  search: absent(Input.SearchTerm, Input.rules.text).annotateKey({
    description: "At most 200 characters after trimming; blank means no search."
  }),
  pageSize: absent(PageSize, Input.rules.wholeNumber).annotateKey({ description: "1 to 100. Default: 25." }),
  after: absent(
    Schema.String.check(
      Schema.makeFilter((text) => cursorOf(text) !== null, { message: "must be the `next` of an earlier page" })
    ),
    Input.rules.text
  ).annotateKey({ description: "The `next` of the page before, as it was given. Default: the first page." }),
  withTotal: absent(Schema.Boolean, Input.rules.flag).annotateKey({
    description: "True counts all that match. Default: false."
  })
}

/** What {@link cursorInputs} decode to. */
export interface CursorInput {
  readonly search?: string | null | undefined
  readonly pageSize?: number | null | undefined
  readonly after?: string | null | undefined
  readonly withTotal?: boolean | null | undefined
}

/** The part of a list's query that {@link cursorInputs} give, with the defaults. */
export const cursorQuery = ({ after, pageSize, search, withTotal }: CursorInput): CursorQuery => ({
  search: search || null,
  pageSize: pageSize ?? paging.defaultPageSize,
  after: after === null || after === undefined ? null : cursorOf(after),
  withTotal: withTotal ?? false
})
