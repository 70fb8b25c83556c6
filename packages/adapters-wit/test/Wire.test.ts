import { assert, describe, it } from "@effect/vitest"
import { needsUnpacking, pack, unpack } from "../src/internal/child/Wire.ts"

const textOf = (value: unknown): string => JSON.stringify(pack(value, []))

const crossed = (value: unknown) => {
  const parts: Array<Uint8Array> = []
  return unpack(JSON.parse(JSON.stringify(pack(value, parts))), parts)
}

describe("the wire", () => {
  it.each([
    ["text", "ä\0\n😀"],
    ["a whole number", 42],
    ["a fraction", 0.1],
    ["NaN", Number.NaN],
    ["infinity", Number.NEGATIVE_INFINITY],
    ["a flag", false],
    ["bytes", new Uint8Array([0, 255, 128])],
    ["a part of a buffer", new Uint8Array([1, 2, 3, 4]).subarray(1, 3)],
    ["no bytes", new Uint8Array()],
    ["the largest u64", 18_446_744_073_709_551_615n],
    ["a list of tuples", [["a", "b"]]],
    ["a record", { name: null, items: [{ value: new Uint8Array([7]), revision: 1n }, { value: new Uint8Array([8]) }] }]
  ])("carries %s", (_what, value) => {
    assert.deepEqual(crossed(value), value)
  })

  it("leaves bytes out of the text, and hands them over as they are", () => {
    const parts: Array<Uint8Array> = []
    const bytes = new Uint8Array(1_000)
    assert.isBelow(JSON.stringify(pack({ body: bytes }, parts)).length, 20)
    assert.strictEqual(parts[0], bytes)
  })

  it("leaves what JSON can hold as it is, and that needs no unpacking", () => {
    const page = { items: [{ name: "a", tags: [], manager: null, isInactive: false }], totalCount: 1 }
    assert.strictEqual(pack(page, []), page)
    assert.isFalse(needsUnpacking(textOf(page)))
  })

  it.each([
    ["bytes", [new Uint8Array(1)]],
    ["a u64", { revision: 1n }],
    ["what is no finite number", { rate: Number.NaN }]
  ])("says that %s need unpacking", (_what, value) => {
    assert.isTrue(needsUnpacking(textOf(value)))
  })

  it("sends the fields of a record that has methods, and none of what the methods give", () => {
    assert.deepEqual(crossed(Object.assign(new Date(0), { name: "a" })), { name: "a" })
    class Named {
      readonly name = "a"
      toJSON() {
        return "b"
      }
    }
    assert.deepEqual(crossed(new Named()), { name: "a" })
  })

  it("carries an absent option as null", () => {
    assert.deepEqual(crossed({ search: undefined, list: [undefined] }), { search: null, list: [null] })
  })

  it("refuses what is no WIT value", () => {
    assert.throws(() => pack(() => 1, []), TypeError)
    assert.throws(() => pack(Symbol("a"), []), TypeError)
  })

  it("keeps a record of the same field names from another type as it is", () => {
    assert.deepEqual(unpack({ $b: "1", $u: null }, []), { $b: "1", $u: null })
  })
})
