import type { TenantId } from "@alga-psa/ext-domain/Identifiers"
import type { ListQuery } from "@alga-psa/ext-domain/ReadOperation"
import { Effect, type Schema } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import type { Fragment } from "effect/sql/Statement"
import { ShortReads } from "../ShortReads.ts"
import { type ListShape, listed, listShape, listStatement, listValues, toPage } from "./listing.ts"
import { type Placeholder, prepare, prepareShapes } from "./prepare.ts"
import { makeQuery } from "./query.ts"

/** A condition of a list that holds for some queries. Where nothing else is said, it is for those that name the filter. */
export interface Condition<Query> {
  readonly holds?: (query: Query) => boolean
  readonly sql: (value: Placeholder<string>) => Fragment
}

/** What the two statements of a reader are made of. */
export interface ReaderParts<Query, Item, Summary> {
  /** A row, with the columns of `selected`. `id` is the record's. */
  readonly Row: Schema.Codec<Item, unknown> & { readonly fields: Schema.Struct.Fields & { readonly id: Schema.Top } }
  readonly summary: (row: Item) => Summary
  /** The table with its alias. */
  readonly from: Fragment
  readonly tenant: Fragment
  readonly id: Fragment
  /** What a list is ordered by, without regard to case. */
  readonly name: Fragment
  /** What a search looks through. */
  readonly searched: ReadonlyArray<Fragment>
  /** The columns of a row. What they look up elsewhere is the tenant's. */
  readonly selected: (value: Placeholder<string>) => Fragment
  /** What every row has to meet. */
  readonly visible?: Fragment
  /** By the names of the query's filters. */
  readonly filters: { readonly [Filter in Exclude<keyof Query, keyof ListQuery>]: Condition<Query> }
}

/** A reader with one statement a call, for a list by pages and for one record. */
export const makeReader = <Query extends ListQuery, Item extends { readonly id: string }, Summary>(
  reader: string,
  partsOf: (sql: SqlClient) => ReaderParts<Query, Item, Summary>
) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient
    const query = yield* makeQuery
    const { Row, filters, from, id, name, searched, selected, summary, tenant, visible } = partsOf(sql)
    const toRows = query(`${reader}.list`, listed(Row))
    const toRow = query(`${reader}.get`, Row)
    const conditions = Object.entries<Condition<Query>>(filters)

    const found = (shape: ListShape, value: Placeholder<string>) => {
      const sought = sql`(SELECT lower(${value("pattern")}::text))`
      return sql.or([
        ...searched.map((text) => sql`lower(${text}) LIKE ${sought}`),
        ...(shape.searchIsId ? [sql`${id} = ${value("searchedId")}::uuid`] : [])
      ])
    }

    const matching = (shape: ListShape, value: Placeholder<string>) =>
      sql.and([
        sql`${tenant} = ${value("tenant")}::uuid`,
        ...(visible === undefined ? [] : [visible]),
        ...conditions.flatMap(([filter, condition]) => (shape[filter] ? [condition.sql(value)] : [])),
        ...(shape.searched ? [found(shape, value)] : [])
      ])

    const sorted = sql`lower(${name}) COLLATE "C"`

    const list = prepareShapes(sql, (shape: ListShape, value: Placeholder<string>) =>
      listStatement(sql, shape, value, {
        matches: (length) => sql`
        SELECT ${id} AS id, ${sorted} AS name
        FROM ${from}
        WHERE ${matching(shape, value)} AND octet_length(${name}) ${sql.literal(length)}`,
        count: shape.searched ? null : sql`SELECT count(*) FROM ${from} WHERE ${matching(shape, value)}`,
        selected: selected(value),
        joined: sql`${from} ON ${tenant} = ${value("tenant")}::uuid AND ${id} = page.id`,
        order: sql`${sorted}, ${id}`
      })
    )

    const get = prepare(
      (yield* ShortReads) ?? sql,
      (value: Placeholder<"tenant" | "id">) => sql`
      SELECT ${selected(value as Placeholder<string>)}
      FROM ${from}
      WHERE ${sql.and([
        sql`${tenant} = ${value("tenant")}::uuid`,
        sql`${id} = ${value("id")}::uuid`,
        ...(visible === undefined ? [] : [visible])
      ])}`
    )

    const shapeOf = (asked: Query): ListShape => {
      const said = new Map(Object.entries(asked))
      const flags = conditions.map(([filter, { holds }]) => [filter, holds?.(asked) ?? said.get(filter) !== null])
      return { ...listShape(asked), ...Object.fromEntries(flags) }
    }

    return {
      list: (tenant: TenantId, asked: Query) =>
        Effect.map(toRows(list(shapeOf(asked), { ...(asked as object), ...listValues(tenant, asked) })), (rows) =>
          toPage(rows, asked, summary)
        ),
      get: (tenant: TenantId, id: string) =>
        Effect.map(toRow(get({ tenant, id })), ([row]) => (row === undefined ? null : summary(row)))
    }
  })
