import { runInNewContext } from "node:vm"
import { describe, expect, it } from "vitest"
import { fieldMessages, lift, withoutNulls } from "../src/internal/lift.ts"
import { liftRecords } from "../src/internal/liftRecords.ts"
import { bytes, flag, json, list, number, oneOf, option, record, text, u32, u64 } from "../src/internal/lower.ts"

describe("what goes out", () => {
  it.each([
    ["a text", text, "é"],
    ["a flag", flag, false],
    ["a number", number, -1.5],
    ["the least u32", u32, 0],
    ["the greatest u32", u32, 0xffff_ffff],
    ["a u64", u64, 2 ** 40],
    ["a case", oneOf(["a", "b"]), "b"],
    ["a list", list(u32), [1, 2]]
  ])("keeps %s", (_, lower, value) => {
    expect(lower(value, "x")).toEqual(value)
  })

  it.each([
    ["a number as a text", text, 1],
    ["a text as a flag", flag, "true"],
    ["NaN", number, Number.NaN],
    ["infinity", number, Number.POSITIVE_INFINITY],
    ["a fraction", u32, 1.5],
    ["a negative number", u32, -1],
    ["a number beyond u32", u32, 2 ** 32],
    ["a number that is not exact", u64, 2 ** 53],
    ["a number in a text", u32, "1"],
    ["another case", oneOf(["a", "b"]), "c"],
    ["a text as a list", list(text), "abc"],
    ["a list as bytes", bytes, [1, 2]],
    ["null as a record", record({ a: text }), null],
    [
      "a cycle as JSON",
      json,
      Object.assign(
        {},
        {
          get self() {
            return this
          }
        }
      )
    ]
  ])("refuses %s and names it", (_, lower, value) => {
    expect(() => lower(value, "the-name")).toThrow(/^the-name must be/)
  })

  it("replaces lone surrogates, on which QuickJS traps", () => {
    expect(text("a\ud800b", "x")).toBe("a\ufffdb")
    expect(json({ a: "\ud800" }, "x")?.isWellFormed()).toBe(true)
  })

  it("takes undefined and null as left out", () => {
    expect(option(text)(undefined, "x")).toBeUndefined()
    expect(option(text)(null, "x")).toBeUndefined()
    expect(option(text)("a", "x")).toBe("a")
  })

  it("copies a record's own fields, and names the one that is wrong", () => {
    const shape = record({ a: text, b: list(record({ c: u32 })) })
    expect(shape({ a: "x", b: [{ c: 1 }], extra: 1 }, "in")).toEqual({ a: "x", b: [{ c: 1 }] })
    expect(() => shape({ a: "x", b: [{ c: 1 }, { c: -1 }] }, "in")).toThrow(/^in\.b\[1\]\.c must be/)
  })
})

describe("what comes in", () => {
  it("makes absent options null, bytes a Uint8Array and big integers numbers", () => {
    const lifted = lift({ a: undefined, b: [{ c: undefined, d: 9n }], e: new Uint8Array([1, 2]).subarray(1) })
    expect(lifted).toEqual({ a: null, b: [{ c: null, d: 9 }], e: new Uint8Array([2]) })
  })

  it("gives records with exactly the fields that it knows, alone, in a list and in a page", () => {
    const fields = ["a", "b"]
    const foreign: unknown = runInNewContext("({ a: 1, b: undefined, tags: [] })")
    for (const [found, record] of [
      [
        { a: 1, b: "x" },
        { a: 1, b: "x" }
      ],
      [{ a: 1 }, { a: 1, b: null }],
      [
        { a: 1, b: undefined },
        { a: 1, b: null }
      ],
      [
        { a: 1, b: ["x"], newer: 2 },
        { a: 1, b: ["x"] }
      ],
      [
        { a: 1, newer: 2 },
        { a: 1, b: null }
      ],
      [foreign, { a: 1, b: null }]
    ] as const) {
      expect(liftRecords(fields, found)).toStrictEqual(record)
      expect(liftRecords(fields, [found, undefined, null])).toStrictEqual([record, null, null])
      const page = { items: [found], totalCount: undefined, next: "1" }
      expect(liftRecords(fields, page)).toStrictEqual({ items: [record], totalCount: null, next: "1" })
    }
    expect(liftRecords(fields, undefined)).toBeNull()
    const found = [null, { a: 1, b: "x" }, undefined, { a: 2, b: "y" }]
    expect(liftRecords(fields, found)).toStrictEqual([null, { a: 1, b: "x" }, null, { a: 2, b: "y" }])
  })

  it("gives null for what any record of a list leaves out, and takes a list of nulls as it is", () => {
    const fields = ["a", "b"]
    const sparse = [{ a: 1, b: "x" }, { a: 2, b: undefined }, { a: 3 }]
    expect(liftRecords(fields, sparse)).toStrictEqual([
      { a: 1, b: "x" },
      { a: 2, b: null },
      { a: 3, b: null }
    ])
    const lifted = [
      { a: 1, b: "x" },
      { a: 2, b: null },
      { a: 3, b: "y" }
    ]
    expect(liftRecords(fields, lifted)).toStrictEqual(lifted)
  })

  it("leaves nulls out for types that know them as missing", () => {
    expect(withoutNulls({ success: true, error: null })).toEqual({ success: true })
  })

  it("reads field messages from a JSON object, and nothing from anything else", () => {
    expect(fieldMessages('{"cron":"is wrong"}')).toEqual({ cron: "is wrong" })
    expect(fieldMessages(null)).toBeNull()
    expect(fieldMessages("not json")).toBeNull()
  })
})
