import type { TenantId } from "@alga-psa/ext-domain/Identifiers"
import type { ListQuery } from "@alga-psa/ext-domain/ReadOperation"
import type { AnyResource } from "@alga-psa/ext-domain/Resource"
import { Effect, Layer } from "effect"
import type { Dataset } from "../Dataset.ts"
import { MemoryStore } from "../MemoryStore.ts"
import { pageOf } from "./page.ts"
import { matches } from "./text.ts"

/** A record that the rows hold, and the texts that are searched beside those of its summary. */
export interface MemoryRecord<Summary> {
  readonly summary: Summary
  readonly also?: Readonly<Record<string, string | null>>
}

/** The records of a tenant, in any order. */
export type RecordsOf<Summary> = (rows: Dataset, tenant: TenantId) => ReadonlyArray<MemoryRecord<Summary>>

type Values = Readonly<Record<string, unknown>>

/** Whether a record passes a filter, which is equality with the field of that name where the resource says nothing else. */
const passes = ({ leavesOut, portal }: AnyResource, summary: Values, filter: string, value: unknown): boolean => {
  const marks = leavesOut[filter]
  if (marks !== undefined) return value === true || summary[marks] !== true
  const field = filter === "onlyClient" && portal !== "every record" ? portal.ownClient : filter
  return value === null || summary[field] === value
}

/** The reader of a resource over the rows of {@link MemoryStore}. It never fails. */
export const memoryReader = <Reader>(
  resource: AnyResource & { readonly Reader: { readonly Identifier: Reader } },
  recordsOf: RecordsOf<object>
): Layer.Layer<Reader, never, MemoryStore> => {
  const { Reader, id, searched, title } = resource
  const found = (rows: Dataset, tenant: TenantId) =>
    recordsOf(rows, tenant).map(({ also, summary }) => ({ summary: summary as Values, also: also ?? {} }))
  return Layer.effect(
    Reader,
    Effect.map(MemoryStore, (store) =>
      Reader.of({
        list: (tenant: TenantId, query: unknown) =>
          Effect.map(store.rows, (rows) => {
            const { search, page, pageSize, ...filters } = query as ListQuery
            const matching = found(rows, tenant).filter(
              ({ also, summary }) =>
                Object.entries(filters).every(([filter, value]) => passes(resource, summary, filter, value)) &&
                (search === null ||
                  matches(
                    search,
                    String(summary[id]),
                    searched.map((field) => (summary[field] ?? also[field] ?? null) as string | null)
                  ))
            )
            return pageOf(
              matching,
              { page, pageSize },
              ({ summary }) => [String(summary[title]), String(summary[id])],
              ({ summary }) => summary
            )
          }),
        get: (tenant: TenantId, wanted: unknown) =>
          Effect.map(
            store.rows,
            (rows) => found(rows, tenant).find(({ summary }) => summary[id] === wanted)?.summary ?? null
          )
      })
    )
  )
}
