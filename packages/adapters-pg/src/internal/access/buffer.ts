import { type AccessRecord, accessOperations, accessWithoutCall } from "@alga-psa/ext-domain/AccessRecord"
import type { AccessSlot } from "@alga-psa/ext-domain/AccessSink"
import { TenantId } from "@alga-psa/ext-domain/Identifiers"
import { writable } from "./records.ts"

/** How many records wait at most, and what goes where one more comes. */
export interface AccessBufferOptions {
  readonly capacity: number
  /**
   * `drop` loses the oldest: of the tenant that has more than half of the places, else of all. `refuse` lets no call read that
   * would have no place.
   */
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

/** A record and its place in two lines: that of all, and that of its tenant. It is null once it has left one of them. */
interface Entry {
  record: AccessRecord | null
}

/** Entries in their order. Those that left by the other line are skipped, and cleared away when they are most of it. */
const makeLine = () => {
  let entries: Array<Entry> = []
  let from = 0
  return {
    /** Adds one to a line that has so many without it. */
    push: (entry: Entry, others: number) => {
      if (entries.length > 2 * others + 16) {
        entries = entries.filter(({ record }) => record !== null)
        from = 0
      }
      entries.push(entry)
    },
    shift: (): AccessRecord | null => {
      for (; from < entries.length; from++) {
        const entry = entries[from] as Entry
        const { record } = entry
        if (record === null) continue
        entry.record = null
        return record
      }
      return null
    }
  }
}

/** The records of a tenant that wait to be taken. */
interface Share {
  waiting: number
  readonly line: ReturnType<typeof makeLine>
}

/** Beyond so many tenants losses are told together. */
const mostGaps = 10_000
const manyTenants = TenantId.make("00000000-0000-0000-0000-000000000000")

/** Records that wait to be written, in their order. */
export const makeAccessBuffer = ({ capacity, whenFull }: AccessBufferOptions) => {
  const half = Math.ceil(capacity / 2)
  const all = makeLine()
  const shares = new Map<TenantId, Share>()
  const gaps = new Map<TenantId, Gap>()
  /** The one tenant that has more than half of the places, if there is one. */
  let greedy: Share | null = null
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

  const shift = (line = all): AccessRecord | null => {
    const record = line.shift()
    if (record === null) return null
    const share = shares.get(record.tenant) as Share
    share.waiting -= 1
    waiting -= 1
    if (share === greedy && share.waiting <= half) greedy = null
    if (share.waiting === 0) shares.delete(record.tenant)
    return record
  }

  const add = (record: AccessRecord) => {
    if (isFull()) {
      const oldest = whenFull === "refuse" ? null : shift(greedy?.line)
      if (oldest === null) return lose(record)
      lose(oldest)
    }
    const share = shares.get(record.tenant) ?? { waiting: 0, line: makeLine() }
    shares.set(record.tenant, share)
    const entry = { record }
    all.push(entry, waiting)
    share.line.push(entry, share.waiting)
    share.waiting += 1
    waiting += 1
    if (share.waiting > half) greedy = share
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
      const records = Array.from({ length: Math.min(most, waiting) }, () => shift() as AccessRecord)
      taken = { first: number, records }
      number += records.length
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
