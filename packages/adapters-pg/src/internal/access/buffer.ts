import { type AccessRecord, accessOperations, accessWithoutCall } from "@alga-psa/ext-domain/AccessRecord"
import type { AccessSlot } from "@alga-psa/ext-domain/AccessSink"
import { TenantId } from "@alga-psa/ext-domain/Identifiers"
import { writable } from "./records.ts"

/** How many records wait at most, and what goes where one more comes. */
export interface AccessBufferOptions {
  readonly capacity: number
  /** `drop` loses the oldest, `refuse` lets no call read that would have no place. */
  readonly whenFull: "drop" | "refuse"
}

/** Records that are being written. `first` is the number of the first among all of this process. */
export interface AccessBatch {
  readonly first: number
  readonly records: ReadonlyArray<AccessRecord>
}

interface Gap {
  lost: number
  from: number
  until: number
}

/** Beyond so many tenants losses are told together. */
const mostGaps = 10_000
const manyTenants = TenantId.make("00000000-0000-0000-0000-000000000000")

/** Records that wait to be written, in their order. */
export const makeAccessBuffer = ({ capacity, whenFull }: AccessBufferOptions) => {
  const ring: Array<AccessRecord | undefined> = []
  const gaps = new Map<TenantId, Gap>()
  let head = 0
  let waiting = 0
  let reserved = 0
  let number = 0
  let taken: AccessBatch = { first: 0, records: [] }
  const counts = { lost: 0, refused: 0 }

  const isFull = () => waiting + taken.records.length + reserved >= capacity

  const lose = (record: AccessRecord) => {
    const isGap = record.operation === accessOperations.gap
    const until = Date.parse(record.time)
    const from = isGap ? until - record.durationMs : until
    const tenant = gaps.has(record.tenant) || gaps.size < mostGaps ? record.tenant : manyTenants
    const gap = gaps.get(tenant) ?? { lost: 0, from, until }
    gap.lost += isGap ? (record.resultCount ?? 0) : 1
    gap.from = Math.min(gap.from, from)
    gap.until = Math.max(gap.until, until)
    gaps.set(tenant, gap)
    if (!isGap) counts.lost += 1
  }

  const shift = (): AccessRecord => {
    const record = ring[head] as AccessRecord
    ring[head] = undefined
    head = (head + 1) % capacity
    waiting -= 1
    number += 1
    return record
  }

  const add = (record: AccessRecord) => {
    if (isFull()) {
      if (whenFull === "refuse" || waiting === 0) return lose(record)
      lose(shift())
    }
    ring[(head + waiting) % capacity] = record
    waiting += 1
  }

  return {
    open: (): AccessSlot => {
      let held = false
      return {
        reserve: () => {
          if (whenFull === "drop") return true
          if (isFull()) {
            counts.refused += 1
            return false
          }
          held = true
          reserved += 1
          return true
        },
        fill: (record) => {
          if (held) reserved -= 1
          add(writable(record))
        }
      }
    },

    /** The batch that is not {@link done} yet, else the next; null where nothing waits. */
    take: (most: number): AccessBatch | null => {
      if (taken.records.length > 0) return taken
      if (waiting === 0) return null
      const first = number
      taken = { first, records: Array.from({ length: Math.min(most, waiting) }, shift) }
      return taken
    },

    /** The batch that was taken is written, but for these of it. What was lost before can be told now. */
    done: (unwritten: ReadonlyArray<AccessRecord> = []) => {
      taken = { first: number, records: [] }
      // A gap that was refused would be refused again, for ever. The loss that it reported is counted.
      for (const record of unwritten) if (record.operation !== accessOperations.gap) lose(record)
      for (const [tenant, { from, lost, until }] of gaps) {
        if (isFull()) return
        gaps.delete(tenant)
        const time = new Date(until).toISOString()
        const gap = { time, operation: accessOperations.gap, outcome: "lost", durationMs: until - from }
        add(accessWithoutCall({ ...gap, tenant, resultCount: lost }))
      }
    },

    waiting: () => waiting + taken.records.length,

    /** How many were lost and refused since this was last asked. */
    counts: () => {
      const { lost, refused } = counts
      counts.lost = 0
      counts.refused = 0
      return { lost, refused }
    }
  }
}
