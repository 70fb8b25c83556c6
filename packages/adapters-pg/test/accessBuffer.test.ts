import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import { type AccessRecord, accessWithoutCall } from "@alga-psa/ext-domain/AccessRecord"
import { TenantId } from "@alga-psa/ext-domain/Identifiers"
import { uuid } from "@alga-psa/ext-domain/testing/uuid"
import { assert, describe, it } from "@effect/vitest"
import { type AccessBufferOptions, makeAccessBuffer } from "../src/internal/access/buffer.ts"

const one = TenantId.make(uuid(1))
const other = TenantId.make(uuid(2))
const third = TenantId.make(uuid(3))
const at = (second: number) => new Date(second * 1_000).toISOString()
const record = (second: number, tenant = one): AccessRecord =>
  accessWithoutCall({ time: at(second), operation: "clients.list", outcome: "ok", tenant })

const buffer = (options: Partial<AccessBufferOptions> = {}) => {
  const made = makeAccessBuffer({ capacity: 3, whenFull: "drop", ...options })
  return {
    ...made,
    /** A call that reads; whether it was let through. */
    call: (given: AccessRecord) => {
      const slot = made.open()
      const goesOn = slot.reserve()
      slot.fill(given)
      return goesOn
    },
    /** A call that is denied before it reads. */
    deny: (given: AccessRecord) => made.open().fill(given),
    all: () => {
      const taken = made.take(100)
      made.done()
      return taken
    }
  }
}

const isCall = ({ operation }: AccessRecord) => operation !== "access.gap"
const seconds = (records: ReadonlyArray<AccessRecord> = []) => records.map(({ time }) => Date.parse(time) / 1_000)

describe("Access records that wait", () => {
  it("come out in their order, numbered through, in batches that stay until they are done", () => {
    const { call, done, take, waiting } = buffer()
    for (const second of [1, 2, 3]) call(record(second))
    assert.deepStrictEqual([take(2)?.first, seconds(take(2)?.records), waiting()], [0, [1, 2], 3])
    done()
    call(record(4))
    assert.deepStrictEqual([take(2)?.first, seconds(take(2)?.records), waiting()], [2, [3, 4], 2])
    done()
    assert.deepStrictEqual([take(2), waiting()], [null, 0])
  })

  it("are all kept within the buffer, and beyond it the oldest go, told by tenant once there is room", () => {
    const { all, call, counts } = buffer()
    for (const second of [1, 2, 3]) assert.isTrue(call(record(second)))
    assert.deepStrictEqual(counts(), { lost: 0, refused: 0 })
    assert.isTrue(call(record(4)))
    assert.isTrue(call(record(5, other)))
    assert.deepStrictEqual(counts(), { lost: 2, refused: 0 })
    const kept = all()
    assert.deepStrictEqual([kept?.first, seconds(kept?.records)], [0, [3, 4, 5]])
    const gap = {
      operation: "access.gap",
      outcome: "lost",
      tenant: one,
      time: at(2),
      durationMs: 1_000,
      resultCount: 2
    }
    assert.deepStrictEqual(all()?.records, [accessWithoutCall(gap as never)])
  })

  it("tell of a gap that is lost itself with the next one", () => {
    const { all, call, done, take } = buffer({ capacity: 2 })
    for (const second of [1, 2, 3]) call(record(second))
    take(2)
    done()
    for (const second of [4, 5]) call(record(second))
    all()
    assert.deepStrictEqual(
      all()?.records.map(({ durationMs, resultCount, time }) => [time, durationMs, resultCount]),
      [[at(1), 0, 1]]
    )
  })

  it("are not dropped while they are written", () => {
    const { call, counts, done, take } = buffer({ capacity: 2 })
    call(record(1))
    call(record(2))
    take(2)
    call(record(3))
    assert.deepStrictEqual([counts(), seconds(take(2)?.records)], [{ lost: 1, refused: 0 }, [1, 2]])
    done()
    assert.deepStrictEqual(
      take(2)?.records.map(({ operation }) => operation),
      ["access.gap"]
    )
  })

  it("refuse a call that would have no place, where nothing may be lost, and take it again with room", () => {
    const { all, call, counts, open } = buffer({ whenFull: "refuse" })
    const slot = open()
    assert.isTrue(slot.reserve())
    assert.isTrue(call(record(1)))
    assert.isTrue(call(record(2)))
    assert.isFalse(open().reserve())
    slot.fill(record(3))
    assert.deepStrictEqual([counts(), seconds(all()?.records)], [{ lost: 0, refused: 1 }, [1, 2, 3]])
    assert.isTrue(call(record(4)))
  })

  it("of calls that read nothing give way then, and never take the place of one that read", () => {
    const { all, call, counts, deny } = buffer({ whenFull: "refuse" })
    for (const second of [1, 2, 3]) call(record(second))
    deny(record(4))
    assert.deepStrictEqual([counts(), seconds(all()?.records)], [{ lost: 1, refused: 0 }, [1, 2, 3]])
    assert.deepStrictEqual(seconds(all()?.records), [4])
  })

  it("of a tenant that has more than half of the places give way to those of others, which are older", () => {
    const { all, call, counts } = buffer({ capacity: 6 })
    for (const second of [1, 2]) call(record(second, other))
    for (const second of [3, 4, 5, 6, 7, 8]) call(record(second))
    call(record(9, third))
    assert.deepStrictEqual(counts(), { lost: 3, refused: 0 })
    assert.deepStrictEqual(seconds(all()?.records), [1, 2, 6, 7, 8, 9])
    assert.deepStrictEqual(
      all()?.records.map(({ resultCount, tenant }) => [tenant, resultCount]),
      [[one, 3]]
    )
  })

  it("of no tenant with more than half give way by their age alone", () => {
    const { all, call } = buffer({ capacity: 6 })
    for (const second of [1, 2, 3]) call(record(second, other))
    for (const second of [4, 5, 6]) call(record(second))
    call(record(7, third))
    assert.deepStrictEqual(seconds(all()?.records), [2, 3, 4, 5, 6, 7])
  })

  it("come out whole, whatever order tenants come and go in", () => {
    const tenants = [one, other, third]
    const { call, counts, done, take, waiting } = buffer({ capacity: 50 })
    let second = 0
    let out = 0
    for (let round = 0; round < 400; round++) {
      // Each in turn has most, so that records leave by both lines.
      for (let i = 0; i < 17; i++) call(record(++second, tenants[(i % 5 === 0 ? i : round) % 3]))
      if (round % 3 !== 0) continue
      const kept = seconds(take(40)?.records.filter(isCall))
      assert.deepStrictEqual(
        kept,
        kept.toSorted((a, b) => a - b)
      )
      out += kept.length
      done()
    }
    assert.isAtMost(waiting(), 50)
    for (let left = take(50); left !== null; left = take(50)) {
      out += left.records.filter(isCall).length
      done()
    }
    assert.strictEqual(out + counts().lost, second)
  })

  it("that the database refuses for what they are count as lost", () => {
    const { all, call, done, take } = buffer()
    call(record(1))
    call(record(2))
    done(take(2)?.records.slice(0, 1))
    assert.deepStrictEqual(
      all()?.records.map(({ operation }) => operation),
      ["access.gap"]
    )
  })

  it("do not come again as a gap where the database refuses that too", () => {
    const { call, counts, done, take, waiting } = buffer()
    call(record(1))
    done(take(2)?.records)
    assert.deepStrictEqual([counts().lost, take(2)?.records.map(({ operation }) => operation)], [1, ["access.gap"]])
    done(take(2)?.records)
    assert.deepStrictEqual([take(2), waiting(), counts().lost], [null, 0, 0])
  })

  it("hold what callers chose cut, and nothing of the text that it was cut from", () => {
    setFlagsFromString("--expose-gc")
    const collect = runInNewContext("gc") as () => void
    const heap = () => {
      collect()
      return process.memoryUsage().heapUsed
    }
    const capacity = 64
    const { call, take } = buffer({ capacity })
    const before = heap()
    // As a request has it: a text of its own in the heap, not one that is put together when it is read.
    const long = () => JSON.parse(JSON.stringify("x".repeat(2 ** 20))) as string
    for (let i = 0; i < capacity; i++) call({ ...record(i), trigger: long(), version: long(), requestId: long() })
    assert.isBelow(heap() - before, 16 * 2 ** 20)
    const lengths = take(capacity)?.records.map((it) =>
      [it.trigger, it.version, it.requestId].map((text) => text?.length)
    )
    assert.deepStrictEqual(lengths, Array(capacity).fill([200, 200, 200]))
  })
})
