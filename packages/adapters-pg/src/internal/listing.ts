import { Uuid } from "@alga-psa/ext-domain/Identifiers"
import type { Page } from "@alga-psa/ext-domain/Page"
import { Schema } from "effect"

const counted = { total_count: Schema.Int }

interface Empty {
  readonly id: null
}

/**
 * A row of a list statement: an item of the page with the count of all matches. A page without items is one row that
 * has the count alone.
 */
export const listed = <Fields extends Schema.Struct.Fields & { readonly id: Schema.Top }>(item: Fields) =>
  Schema.Union([Schema.Struct({ ...item, ...counted }), Schema.Struct({ id: Schema.Null, ...counted })])

/** The page that the rows of a list statement make up. */
export const toPage = <Item extends { readonly id: string }, A>(
  rows: ReadonlyArray<(Item | Empty) & { readonly total_count: number }>,
  query: { readonly page: number; readonly pageSize: number },
  summary: (item: Item) => A
): Page<A> => ({
  items: rows.filter((row): row is Item & { readonly total_count: number } => row.id !== null).map(summary),
  totalCount: rows[0]?.total_count ?? 0,
  page: query.page,
  pageSize: query.pageSize
})

/** How many rows come before the page. */
export const offset = (query: { readonly page: number; readonly pageSize: number }): number =>
  (query.page - 1) * query.pageSize

const isUuid = Schema.is(Schema.toEncoded(Uuid))

/** A search term as a LIKE pattern, in which nothing of the term is a wildcard, and as an id when it is one. */
export const searchOf = (term: string): { readonly pattern: string; readonly id: string | null } => ({
  pattern: `%${term.replace(/[\\%_]/g, "\\$&")}%`,
  id: isUuid(term) ? term : null
})
