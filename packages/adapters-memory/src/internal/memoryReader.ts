import type { CursorQuery } from "@alga-psa/ext-domain/CursorPage"
import type { TenantId } from "@alga-psa/ext-domain/Identifiers"
import type { ListQuery } from "@alga-psa/ext-domain/ReadOperation"
import type { AnyResource } from "@alga-psa/ext-domain/Resource"
import { Effect, Layer } from "effect"
import type { Dataset } from "../Dataset.ts"
import { MemoryStore } from "../MemoryStore.ts"
import { cursorPageOf, pageOf } from "./page.ts"
import { hasEvery, matches } from "./text.ts"

interface Shown<Summary, Second> {
  readonly summary: Summary
  /** What `page` and `getMany` show. Default: the summary. */
  readonly second?: Second
  /** Texts that are searched beside those of `second`. */
  readonly also?: Readonly<Record<string, string | null>>
}

/** A record that the rows hold. `second` may be left out only where a summary is all that it has to show. */
export type MemoryRecord<Summary, Second = Summary> = Shown<Summary, Second> &
  ([Summary] extends [Second] ? unknown : { readonly second: Second })

/** The records of a tenant, in any order. */
export type RecordsOf<Summary, Second = Summary> = (
  rows: Dataset,
  tenant: TenantId
) => ReadonlyArray<MemoryRecord<Summary, Second>>

type Values = Readonly<Record<string, unknown>>

/** Whether a record passes a filter, which is equality with the field of that name where the resource says nothing else. */
const passes = ({ leavesOut, portal }: AnyResource, record: Values, filter: string, value: unknown): boolean => {
  const marks = leavesOut[filter]
  if (marks !== undefined) return value === true || record[marks] !== true
  const field = filter === "onlyClient" && portal !== "every record" ? portal.ownClient : filter
  if (Array.isArray(value)) return hasEvery(record[field] as ReadonlyArray<string>, value)
  return value === null || record[field] === value
}

/**
 * The reader of a resource over the rows of {@link MemoryStore}. It never fails. It has `list`, `get`, `page` and `getMany`; a
 * port has those of them that its resource declares.
 */
export const memoryReader = <Reader>(
  resource: AnyResource & { readonly Reader: { readonly Identifier: Reader } },
  recordsOf: (rows: Dataset, tenant: TenantId) => ReadonlyArray<Shown<object, object>>
): Layer.Layer<Reader, never, MemoryStore> => {
  const { Reader, id, searched, title } = resource
  const found = (rows: Dataset, tenant: TenantId) =>
    recordsOf(rows, tenant).map(({ also, second, summary }) => ({
      summary,
      second: (second ?? summary) as Values,
      also: also ?? {}
    }))
  const matching = (rows: Dataset, tenant: TenantId, search: string | null, filters: Values) =>
    found(rows, tenant).filter(
      ({ also, second }) =>
        Object.entries(filters).every(([filter, value]) => passes(resource, second, filter, value)) &&
        (search === null ||
          matches(
            search,
            String(second[id]),
            searched.map((field) => (second[field] ?? also[field] ?? null) as string | null)
          ))
    )
  const key = ({ second }: { readonly second: Values }) => [String(second[title]), String(second[id])] as const
  return Layer.effect(
    Reader,
    Effect.map(MemoryStore, (store) =>
      Reader.of({
        list: (tenant: TenantId, query: unknown) =>
          Effect.map(store.rows, (rows) => {
            const { search, page, pageSize, ...filters } = query as ListQuery
            return pageOf(matching(rows, tenant, search, filters), { page, pageSize }, key, ({ summary }) => summary)
          }),
        get: (tenant: TenantId, wanted: unknown) =>
          Effect.map(
            store.rows,
            (rows) => found(rows, tenant).find(({ second }) => second[id] === wanted)?.summary ?? null
          ),
        page: (tenant: TenantId, query: unknown) =>
          Effect.map(store.rows, (rows) => {
            const { after, pageSize, search, withTotal, ...filters } = query as CursorQuery
            const records = matching(rows, tenant, search, filters)
            return cursorPageOf(records, { after, pageSize, withTotal }, key, ({ second }) => second)
          }),
        getMany: (tenant: TenantId, ids: unknown) =>
          Effect.map(store.rows, (rows) => {
            const byId = new Map(found(rows, tenant).map(({ second }) => [second[id], second]))
            return (ids as ReadonlyArray<string>).map((one) => byId.get(one) ?? null)
          })
      })
    )
  )
}
