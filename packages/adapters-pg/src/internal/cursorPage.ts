import type { CursorPage, CursorQuery } from "@alga-psa/ext-domain/CursorPage"
import type { TenantId } from "@alga-psa/ext-domain/Identifiers"
import { cursorText, sortNameLength } from "@alga-psa/ext-domain/PageCursor"
import { Schema } from "effect"
import type { SqlClient } from "effect/sql/SqlClient"
import type { Fragment, Statement } from "effect/sql/Statement"
import { hasSigma, isUuid, ordered, searchValues } from "./listing.ts"
import type { Placeholder } from "./prepare.ts"

/** What shapes every statement for a page by cursor, whatever else it filters by. */
export interface CursorShape extends Readonly<Record<string, boolean>> {
  readonly searched: boolean
  readonly searchIsId: boolean
  readonly searchHasSigma: boolean
  readonly isBehind: boolean
  readonly counts: boolean
}

/** The names of the values that every such statement has. */
export type CursorValue = "tenant" | "limit" | "afterName" | "afterId" | "pattern" | "searchedId"

/** The shape of the statement for a page. */
export const cursorShape = ({ after, search, withTotal }: CursorQuery): CursorShape => ({
  searched: search !== null,
  searchIsId: search !== null && isUuid(search),
  searchHasSigma: search !== null && hasSigma(search),
  isBehind: after !== null,
  counts: withTotal
})

/** The values of the statement for a page. One row more than the page holds tells whether another page follows. */
export const cursorValues = (
  tenant: TenantId,
  { after, pageSize, search }: CursorQuery
): Record<CursorValue, unknown> => ({
  tenant,
  limit: pageSize + 1,
  afterName: after?.name,
  afterId: after?.id,
  ...searchValues(search)
})

const placed = { sort_name: Schema.String, total_count: Schema.NullOr(Schema.Int) }

interface Placed {
  readonly sort_name: string
  readonly total_count: number | null
}

interface Nothing {
  readonly id: null
  readonly total_count: number | null
}

/** A row of a page by cursor: an item with its place in the order, or the count alone of a page without items. */
export const placedRow = <Item extends { readonly id: string }>(
  row: Schema.Codec<Item, unknown> & { readonly fields: Schema.Struct.Fields }
): Schema.Codec<(Item & Placed) | Nothing, unknown> =>
  Schema.Union([
    Schema.Struct({ ...row.fields, ...placed }) as unknown as Schema.Codec<Item & Placed, unknown>,
    Schema.Struct({ id: Schema.Null, total_count: placed.total_count })
  ])

/** The page that the rows make up. */
export const toCursorPage = <Item extends { readonly id: string }, A>(
  rows: ReadonlyArray<(Item & Placed) | Nothing>,
  { pageSize }: CursorQuery,
  summary: (item: Item) => A
): CursorPage<A> => {
  const found = rows.filter((row): row is Item & Placed => row.id !== null)
  const page = found.slice(0, pageSize)
  const last = page.at(-1)
  return {
    items: page.map(summary),
    totalCount: rows[0]?.total_count ?? null,
    next: last === undefined || found.length === page.length ? null : cursorText({ name: last.sort_name, id: last.id })
  }
}

/** What the statement for a page by cursor is made of. */
export interface CursorParts {
  /** The table with its alias. */
  readonly from: Fragment
  readonly id: Fragment
  readonly name: Fragment
  /** What every match has to meet. */
  readonly matching: Fragment
  /** The columns of an item, as `item` has them. */
  readonly selected: Fragment
  /** The row of `page.id`, to be joined. */
  readonly item: Fragment
}

/**
 * One statement for the page after a cursor: rows of the index from there on, and no others. Names that are too long for the
 * index are ordered by their beginning alone, as a cursor holds no more of them.
 */
export const cursorStatement = (
  sql: SqlClient,
  { counts, isBehind }: CursorShape,
  value: Placeholder<CursorValue>,
  { from, id, item, matching, name, selected }: CursorParts
): Statement<unknown> => {
  const folded = sql`lower(${name})`
  const start = sql`left(${folded}, ${sql.literal(String(sortNameLength))})`
  const behind = (sorted: Fragment) =>
    isBehind
      ? sql`AND (${sorted}, ${id}) > (${value("afterName")}::text COLLATE "C", ${value("afterId")}::uuid)`
      : sql``
  const matches = (length: string) => {
    const sorted = sql`${length.startsWith("<=") ? folded : start} COLLATE "C"`
    return sql`
        SELECT ${id} AS id, ${sorted} AS name
        FROM ${from}
        WHERE ${matching} AND octet_length(${name}) ${sql.literal(length)} ${behind(sorted)}`
  }
  const page = sql`(SELECT named.id, named.name FROM named ORDER BY named.name, named.id LIMIT ${value("limit")})`
  const items = sql`${page} AS page JOIN ${item}`
  return sql`
    WITH named AS ${ordered({ matches, sql }, "ASC")}
    SELECT
      page.name AS sort_name,
      ${counts ? sql`(SELECT count(*) FROM ${from} WHERE ${matching})::float8` : sql`NULL::float8`} AS total_count,
      ${selected}
    FROM ${counts ? sql`(VALUES (1)) AS one(row) LEFT JOIN (${items}) ON true` : items}
    ORDER BY page.name, page.id`
}
