import { type TenantId, Uuid } from "@alga-psa/ext-domain/Identifiers"
import type { Page } from "@alga-psa/ext-domain/Page"
import { Schema } from "effect"
import type { SqlClient } from "effect/sql/SqlClient"
import type { Fragment, Statement } from "effect/sql/Statement"
import type { Placeholder } from "./prepare.ts"

const counted = { total_count: Schema.Int }

interface Counted {
  readonly total_count: number
}

interface Empty {
  readonly id: null
}

interface Paging {
  readonly page: number
  readonly pageSize: number
}

/** The flags and values of a list statement that every list has. */
export interface Listing extends Paging {
  readonly search: string | null
}

/** What shapes every list statement, whatever else it filters by. */
export interface ListShape extends Readonly<Record<string, boolean>> {
  readonly firstPage: boolean
  readonly searched: boolean
  readonly searchIsId: boolean
  readonly searchHasSigma: boolean
}

/** The names of the values that every list statement has. */
export type ListValue = "tenant" | "before" | "pageSize" | "pattern" | "searchedId"

/**
 * A row of a list statement: an item of the page with the count of all matches. A page without items is one row that
 * has the count alone.
 */
export const listed = <Item extends { readonly id: string }>(
  row: Schema.Codec<Item, unknown> & { readonly fields: Schema.Struct.Fields }
): Schema.Codec<(Item | Empty) & Counted, unknown> =>
  Schema.Union([
    Schema.Struct({ ...row.fields, ...counted }) as unknown as Schema.Codec<Item & Counted, unknown>,
    Schema.Struct({ id: Schema.Null, ...counted })
  ])

/** The page that the rows of a list statement make up. */
export const toPage = <Item extends { readonly id: string }, A>(
  rows: ReadonlyArray<(Item | Empty) & Counted>,
  query: Paging,
  summary: (item: Item) => A
): Page<A> => ({
  items: rows.filter((row): row is Item & Counted => row.id !== null).map(summary),
  totalCount: rows[0]?.total_count ?? 0,
  page: query.page,
  pageSize: query.pageSize
})

/** Whether a search is for the record of an id too. */
export const isUuid = Schema.is(Schema.toEncoded(Uuid))

/**
 * Whether a search has a sigma. Databases of an ICU locale write the small one as ς at the end of a word, so that the end of a
 * pattern and the middle of a name differ.
 */
export const hasSigma = (search: string): boolean => /[Σσς]/.test(search)

/** The shape of the statement for a list. */
export const listShape = ({ page, search }: Listing): ListShape => ({
  firstPage: page === 1,
  searched: search !== null,
  searchIsId: search !== null && isUuid(search),
  searchHasSigma: search !== null && hasSigma(search)
})

/** The values of a search. The term is a LIKE pattern, in which nothing of it is a wildcard, and an id where it is one. */
export const searchValues = (search: string | null) => ({
  pattern: search === null ? null : `%${search.replace(/[\\%_]/g, "\\$&")}%`,
  searchedId: search
})

/** The values of the statement for a list. */
export const listValues = (tenant: TenantId, { page, pageSize, search }: Listing): Record<ListValue, unknown> => ({
  tenant,
  before: (page - 1) * pageSize,
  pageSize,
  ...searchValues(search)
})

/** The bytes of the longest name that an index of names holds: with a longer one an entry could be too large. */
export const indexedNameBytes = 512

/** What a list statement is made of. */
export interface ListParts {
  /**
   * A query that gives the `id` and the `name` to sort by of every match, restricted further by the given condition on
   * the length of the name.
   */
  readonly matches: (length: string) => Statement<unknown>
  /** A query that gives the number of all matches, or null when the matches have to be read one by one. */
  readonly count: Statement<unknown> | null
  /** The columns of an item, as `item` has them. */
  readonly selected: Fragment
  /** The row of `page.id`, to be joined: {@link itemOf}. */
  readonly item: Fragment
}

/** What finds the row of `page.id`. */
export interface ItemParts {
  /** The columns of an item. */
  readonly columns: Fragment
  /** The table with its alias. */
  readonly from: Fragment
  /** The condition that finds the row. */
  readonly found: Fragment
}

/**
 * The row of `page.id`, looked up for each by itself. A join would leave it to the server, which does not know how few
 * rows a page has. If one tenant has all rows of a table, the server would read the whole table for each page.
 */
export const itemOf = (sql: SqlClient, { columns, found, from }: ItemParts): Fragment => sql`LATERAL (
      SELECT ${columns}
      FROM ${from}
      WHERE ${found}
      OFFSET 0
    ) AS item ON true`

interface Query extends ListParts {
  readonly sql: SqlClient
  readonly value: Placeholder<ListValue>
}

/**
 * Every match in order. Names that the index holds and those that are too long for it are two queries, each in order,
 * which the server merges.
 */
export const ordered = ({ matches, sql }: Pick<Query, "matches" | "sql">, direction: "ASC" | "DESC"): Fragment => {
  const order = sql.literal(direction)
  const inOrder = (length: string) => sql`(${matches(length)} ORDER BY name ${order}, id ${order} OFFSET 0)`
  return sql`(${inOrder(`<= ${indexedNameBytes}`)} UNION ALL ${inOrder(`> ${indexedNameBytes}`)})`
}

const itemsOf = ({ item, sql }: Query, page: Fragment): Fragment => sql`
    FROM (VALUES (1)) AS one(row)
    LEFT JOIN (${page} AS page JOIN ${item}) ON true
    ORDER BY page.name, page.id`

/** The first page reads on from the start. Where it is not full, it says itself how many matches there are. */
const firstPage = (query: Query, count: Fragment): Statement<unknown> => {
  const { selected, sql, value } = query
  const pageSize = value("pageSize")
  return sql`
    WITH named AS ${ordered(query, "ASC")}
    SELECT
      CASE
        WHEN count(page.id) OVER () < ${pageSize} THEN count(page.id) OVER ()
        ELSE (${count})
      END::float8 AS total_count,
      ${selected}
    ${itemsOf(query, sql`(SELECT named.id, named.name FROM named ORDER BY named.name, named.id LIMIT ${pageSize})`)}`
}

/** A page further on is read from whichever end is nearer. */
const laterPage = (query: Query, count: Fragment): Statement<unknown> => {
  const { selected, sql, value } = query
  const [before, pageSize] = [value("before"), value("pageSize")]
  const total = sql`(SELECT total.count FROM total)`
  return sql`
    WITH
      total AS MATERIALIZED (${count}),
      forward AS ${ordered(query, "ASC")},
      backward AS ${ordered(query, "DESC")}
    SELECT
      ${total}::float8 AS total_count,
      ${selected}
    ${itemsOf(
      query,
      sql`(
        (
          SELECT forward.id, forward.name
          FROM forward
          WHERE ${before} <= ${total} / 2
          ORDER BY forward.name, forward.id
          LIMIT ${pageSize} OFFSET ${before}
        )
        UNION ALL
        (
          SELECT backward.id, backward.name
          FROM backward
          WHERE ${before} > ${total} / 2
          ORDER BY backward.name DESC, backward.id DESC
          LIMIT least(${pageSize}, greatest(${total} - ${before}, 0))
          OFFSET greatest(${total} - ${before} - ${pageSize}, 0)
        )
      )`
    )}`
}

/** Matches that must be read one by one are read once, and are both the page and the count. */
const searchedPage = (query: Query): Statement<unknown> => {
  const { matches, selected, sql, value } = query
  const [before, pageSize] = [value("before"), value("pageSize")]
  const all = sql`${matches(`<= ${indexedNameBytes}`)} UNION ALL ${matches(`> ${indexedNameBytes}`)}`
  return sql`
    WITH named AS MATERIALIZED (${all})
    SELECT
      (SELECT count(*) FROM named)::float8 AS total_count,
      ${selected}
    ${itemsOf(query, sql`(SELECT named.id, named.name FROM named ORDER BY named.name, named.id LIMIT ${pageSize} OFFSET ${before})`)}`
}

/**
 * One statement for one page and the count of all matches, in one snapshot. The ids of the page are found first, so
 * that a page far down reads the rows of its own items only.
 */
export const listStatement = (
  sql: SqlClient,
  shape: ListShape,
  value: Placeholder<ListValue>,
  parts: ListParts
): Statement<unknown> => {
  const query = { ...parts, sql, value }
  if (parts.count === null) return searchedPage(query)
  return shape.firstPage ? firstPage(query, parts.count) : laterPage(query, parts.count)
}
