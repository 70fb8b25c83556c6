import { chanceOf } from "@alga-psa/ext-adapters-memory/contract/Chance"
import { assert, describe, it } from "@effect/vitest"
import { nothing, setBack, snapshotOf, WrittenPages } from "../src/internal/child/Snapshot.ts"

const block = 65_536
const page = 4_096

/** A memory of 40 blocks, whose first 25 hold something, beside what it is to be after each request. */
const memoryOf = (seed: number) => {
  const chance = chanceOf(seed)
  const expected = new Uint8Array(40 * block)
  for (let i = 0; i < 5_000; i++) expected[chance.below(25 * block)] = chance.below(256)
  const bytes = expected.slice()
  const snapshot = snapshotOf(bytes.subarray(0, 25 * block))
  return { chance, expected, bytes, snapshot, written: new WrittenPages() }
}

const isEqual = (one: Uint8Array, other: Uint8Array): boolean => Buffer.compare(one, other) === 0

describe("A memory that is set back", () => {
  it.each([1, 2, 3, 4, 5, 6])("is byte for byte what it was, whatever each request wrote (seed %i)", (seed) => {
    const { bytes, chance, expected, snapshot, written } = memoryOf(seed)
    const edges = [0, page - 1, page, block - 1, 25 * block - 1, 25 * block, 25 * block + page, bytes.length - 1]
    for (let request = 0; request < 30; request++) {
      for (let i = chance.below(40); i > 0; i--) bytes[chance.below(bytes.length)] = chance.below(256)
      const from = chance.below(bytes.length)
      bytes.fill(chance.below(256), from, from + chance.below(3 * block))
      bytes[chance.pick(edges)] = 1 + chance.below(255)
      setBack(bytes.buffer, snapshot, written)
      assert.isTrue(isEqual(bytes, expected), `request ${request}`)
    }
  })

  it("is zero after all was overwritten", () => {
    const { bytes } = memoryOf(7)
    setBack(bytes.buffer, nothing, new WrittenPages())
    assert.isTrue(isEqual(bytes, new Uint8Array(bytes.length)))
  })

  it("has only those pages written that some request changed", () => {
    const { bytes, snapshot, written } = memoryOf(8)
    setBack(bytes.buffer, snapshot, written)
    assert.strictEqual(written.bytes, 0)
    for (const at of [3 * page, 4 * page + 7, 25 * block - 1, 25 * block, bytes.length - 1]) bytes[at] = 255
    for (const _ of ["once", "again"]) {
      setBack(bytes.buffer, snapshot, written)
      assert.strictEqual(written.bytes, 5 * page)
      assert.deepEqual(written.runs(), [
        [3 * page, 5 * page],
        [25 * block - page, 25 * block + page],
        [bytes.length - page, bytes.length]
      ])
    }
  })
})
