import {
  type AccessFilter,
  AccessReader,
  type AccessSum,
  mostAccessRecords,
  mostAccessSums
} from "@alga-psa/ext-domain/AccessReader"
import type { AccessRecord } from "@alga-psa/ext-domain/AccessRecord"
import { AccessSink } from "@alga-psa/ext-domain/AccessSink"
import { InvalidInput } from "@alga-psa/ext-domain/CallError"
import type { TenantId } from "@alga-psa/ext-domain/Identifiers"
import { Context, Effect, Layer } from "effect"
import { byCodePoint } from "./internal/text.ts"

/** The records that {@link layerAccess} keeps, in the order in which they came. */
export class MemoryAccess extends Context.Service<MemoryAccess, Array<AccessRecord>>()(
  "@alga-psa/ext-adapters-memory/MemoryAccess"
) {}

const isMeant = (tenant: TenantId, filter: AccessFilter, record: AccessRecord): boolean => {
  const { from, install, operation, outcome, until, user } = filter
  const time = Date.parse(record.time)
  return (
    record.tenant === tenant &&
    (install === null || record.install === install) &&
    (user === null || record.user === user) &&
    (operation === null || record.operation === operation) &&
    (outcome === null || record.outcome === outcome) &&
    (from === null || time >= from) &&
    (until === null || time < until)
  )
}

const fields = ["extension", "install", "operation", "capability", "user", "trigger", "outcome"] as const
const groupOf = (record: Pick<AccessRecord, (typeof fields)[number]>) =>
  JSON.stringify(fields.map((field) => record[field]))

const summed = (sum: AccessSum | undefined, record: AccessRecord): AccessSum => {
  const { capability, extension, install, operation, outcome, time, trigger, user } = record
  const group = { extension, install, operation, capability, user, trigger, outcome }
  const before = sum ?? { ...group, calls: 0, results: 0, first: time, last: time }
  return {
    ...before,
    calls: before.calls + 1,
    results: before.results + (record.resultCount ?? 0),
    first: byCodePoint(before.first, time) < 0 ? before.first : time,
    last: byCodePoint(before.last, time) > 0 ? before.last : time
  }
}

type Place = readonly [time: string, at: number]

const placeOf = (after: string | null): Place | null => {
  if (after === null) return ["~", 0]
  const [, time, at] = /^(\S{24}) (\d{1,15})$/.exec(after) ?? []
  return time === undefined ? null : [time, Number(at)]
}

const isOlder = ([time, at]: Place, [other, place]: Place): boolean =>
  time === other ? at < place : byCodePoint(time, other) < 0

const reader = Effect.map(MemoryAccess, (records) =>
  AccessReader.of({
    list: (tenant, filter, { after, most }) =>
      Effect.suspend(() => {
        const place = placeOf(after)
        if (place === null) {
          return Effect.fail(new InvalidInput({ field: "after", why: "must be the next of an earlier page" }))
        }
        const found = [...records.entries()]
          .filter(([at, record]) => isMeant(tenant, filter, record) && isOlder([record.time, at], place))
          .sort(([a, { time }], [b, other]) => (isOlder([time, a], [other.time, b]) ? 1 : -1))
        const shown = found.slice(0, Math.max(1, Math.min(mostAccessRecords, most)))
        const last = shown.at(-1)
        const next = found.length > shown.length && last !== undefined ? `${last[1].time} ${last[0]}` : null
        return Effect.succeed({ items: shown.map(([, record]) => record), next })
      }),
    summary: (tenant, filter) =>
      Effect.sync(() => {
        const sums = new Map<string, AccessSum>()
        for (const record of records) {
          if (!isMeant(tenant, filter, record)) continue
          sums.set(groupOf(record), summed(sums.get(groupOf(record)), record))
        }
        return [...sums.values()]
          .sort((a, b) => b.calls - a.calls || byCodePoint(groupOf(a), groupOf(b)))
          .slice(0, mostAccessSums)
      })
  })
)

/** {@link AccessSink} and {@link AccessReader} in memory, for as long as the layer lives, and what they keep. */
export const layerAccess: Layer.Layer<AccessReader | MemoryAccess> = Layer.merge(
  Layer.effect(AccessReader, reader),
  Layer.effect(
    AccessSink,
    Effect.map(MemoryAccess, (records) => ({
      open: () => ({
        reserve: () => true,
        fill: (record: AccessRecord) => {
          records.push(record)
        }
      })
    }))
  )
).pipe(Layer.provideMerge(Layer.sync(MemoryAccess, () => [])))
