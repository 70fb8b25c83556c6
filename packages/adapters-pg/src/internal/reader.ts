import type { CursorQuery } from "@alga-psa/ext-domain/CursorPage"
import type { TenantId } from "@alga-psa/ext-domain/Identifiers"
import type { ListQuery } from "@alga-psa/ext-domain/ReadOperation"
import { Effect, Schema } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import type { Fragment } from "effect/sql/Statement"
import { ShortReads } from "../ShortReads.ts"
import { type CursorShape, cursorShape, cursorStatement, cursorValues, placedRow, toCursorPage } from "./cursorPage.ts"
import { itemOf, type ListShape, listed, listShape, listStatement, listValues, toPage } from "./listing.ts"
import { arrayText, type Placeholder, prepare, prepareShapes } from "./prepare.ts"
import { makeQuery } from "./query.ts"

type Shape = Readonly<Record<string, boolean>>

/** The query with its lists as texts. */
const texts = (query: object): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(query).map(([name, value]) => [name, Array.isArray(value) ? arrayText(value) : value])
  )

/** A condition of a list that holds for some queries. Where nothing else is said, it is for those that name the filter. */
export interface Condition<Query> {
  readonly holds?: (query: Query) => boolean
  readonly sql: (value: Placeholder<string>) => Fragment
}

/** A row as the database gives it. */
type RowOf<Item> = Schema.Codec<Item, unknown> & { readonly fields: Schema.Struct.Fields }

/** What the statements of a reader are made of. */
interface Parts<Query, Item, Summary, Second, More> {
  /** A row, with the columns of `selected`. `id` is the record's. */
  readonly Row: RowOf<Item> & { readonly fields: { readonly id: Schema.Top } }
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
  readonly filters: { readonly [Filter in Exclude<keyof Query, keyof CursorQuery | keyof ListQuery>]: Condition<Query> }
  /** The columns that `page` and `getMany` read beside these. Default: none. */
  readonly more?: { readonly Row: RowOf<More>; readonly selected: (value: Placeholder<string>) => Fragment }
  /** What `page` and `getMany` give of a row. Default: `summary`. */
  readonly second?: (row: Item & More) => Second
}

/** {@link Parts}, in which `second` may be left out only where a summary is all that `page` and `getMany` have to give. */
export type ReaderParts<Query, Item, Summary, Second = Summary, More = unknown> = Parts<
  Query,
  Item,
  Summary,
  Second,
  More
> &
  ([Summary] extends [Second] ? unknown : { readonly second: (row: Item & More) => Second })

/**
 * A reader with one statement a call: lists by pages and by cursor, one record and many. A port has those of them that its
 * resource declares.
 */
export const makeReader = <
  Query extends object,
  Item extends { readonly id: string },
  Summary,
  Second = Summary,
  More = unknown
>(
  reader: string,
  partsOf: (sql: SqlClient) => ReaderParts<Query, Item, Summary, Second, More>
) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient
    const query = yield* makeQuery
    const parts: Parts<Query, Item, Summary, Second, More> = partsOf(sql)
    const { Row, filters, from, id, more, name, searched, selected, summary, tenant, visible } = parts
    const second = parts.second ?? (summary as unknown as (row: Item & More) => Second)
    const Whole = Schema.Struct({ ...Row.fields, ...more?.Row.fields }) as unknown as RowOf<Item & More>
    const toRows = query(`${reader}.list`, listed(Row))
    const toRow = query(`${reader}.get`, Row)
    const toPlaced = query(`${reader}.page`, placedRow(Whole))
    const toMany = query(`${reader}.getMany`, Whole)
    const conditions = Object.entries<Condition<Query>>(filters)

    const found = (shape: Shape, value: Placeholder<string>) => {
      const folded = (text: Fragment) =>
        shape["searchHasSigma"] ? sql`translate(lower(${text}), chr(962), chr(963))` : sql`lower(${text})`
      const sought = sql`(SELECT ${folded(sql`${value("pattern")}::text`)})`
      return sql.or([
        ...searched.map((text) => sql`${folded(text)} LIKE ${sought}`),
        ...(shape["searchIsId"] ? [sql`${id} = ${value("searchedId")}::uuid`] : [])
      ])
    }

    const matching = (shape: Shape, value: Placeholder<string>) =>
      sql.and([
        sql`${tenant} = ${value("tenant")}::uuid`,
        ...(visible === undefined ? [] : [visible]),
        ...conditions.flatMap(([filter, condition]) => (shape[filter] ? [condition.sql(value)] : [])),
        ...(shape["searched"] ? [found(shape, value)] : [])
      ])

    const sorted = sql`lower(${name}) COLLATE "C"`
    const item = (columns: Fragment, value: Placeholder<string>) =>
      itemOf(sql, { columns, from, found: sql`${tenant} = ${value("tenant")}::uuid AND ${id} = page.id` })
    const namesOf = ({ fields }: { readonly fields: Schema.Struct.Fields }) =>
      sql.csv(Object.keys(fields).map((name) => sql.literal(`item.${name}`)))
    const whole = (value: Placeholder<string>) =>
      more === undefined ? selected(value) : sql`${selected(value)},${more.selected(value)}`

    const list = prepareShapes(sql, (shape: ListShape, value: Placeholder<string>) =>
      listStatement(sql, shape, value, {
        matches: (length) => sql`
        SELECT ${id} AS id, ${sorted} AS name
        FROM ${from}
        WHERE ${matching(shape, value)} AND octet_length(${name}) ${sql.literal(length)}`,
        count: shape.searched ? null : sql`SELECT count(*) FROM ${from} WHERE ${matching(shape, value)}`,
        selected: namesOf(Row),
        item: item(selected(value), value)
      })
    )

    const page = prepareShapes(sql, (shape: CursorShape, value: Placeholder<string>) =>
      cursorStatement(sql, shape, value, {
        from,
        id,
        name,
        matching: matching(shape, value),
        selected: namesOf(Whole),
        item: item(whole(value), value)
      })
    )

    /** The columns of the records whose ids meet a condition. */
    const records = (columns: Fragment, value: Placeholder<string>, isWanted: Fragment) => sql`
      SELECT ${columns}
      FROM ${from}
      WHERE ${sql.and([
        sql`${tenant} = ${value("tenant")}::uuid`,
        isWanted,
        ...(visible === undefined ? [] : [visible])
      ])}`

    const get = prepare((yield* ShortReads) ?? sql, (value: Placeholder<string>) =>
      records(selected(value), value, sql`${id} = ${value("id")}::uuid`)
    )

    const getMany = prepare(sql, (value: Placeholder<string>) =>
      records(whole(value), value, sql`${id} = ANY (${value("ids")}::text::uuid[])`)
    )

    const flagsOf = (asked: object) => {
      const given = new Map(Object.entries(asked))
      const flags = conditions.map(([filter, { holds }]) => [
        filter,
        holds?.(asked as Query) ?? (given.get(filter) ?? null) !== null
      ])
      return Object.fromEntries(flags)
    }

    return {
      list: (tenant: TenantId, asked: ListQuery) =>
        Effect.map(
          toRows(list({ ...listShape(asked), ...flagsOf(asked) }, { ...asked, ...listValues(tenant, asked) })),
          (rows) => toPage(rows, asked, summary)
        ),
      get: (tenant: TenantId, id: string) =>
        Effect.map(toRow(get({ tenant, id })), ([row]) => (row === undefined ? null : summary(row))),
      page: (tenant: TenantId, asked: Omit<Query, keyof ListQuery> & CursorQuery) =>
        Effect.map(
          toPlaced(
            page({ ...cursorShape(asked), ...flagsOf(asked) }, { ...texts(asked), ...cursorValues(tenant, asked) })
          ),
          (rows) => toCursorPage(rows, asked, second)
        ),
      getMany: (tenant: TenantId, ids: ReadonlyArray<string>) =>
        Effect.map(toMany(getMany({ tenant, ids: arrayText(ids) })), (rows) => {
          const byId = new Map(rows.map((row) => [row.id, second(row)]))
          return ids.map((id) => byId.get(id as Item["id"]) ?? null)
        })
    }
  })
