import { Buffer } from "node:buffer"
import { readdirSync, readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { encode } from "../src/internal/child/Encoder.ts"
import { tags } from "../src/internal/child/Encoding.ts"
import { headerBytes } from "../src/internal/host/FrameReader.ts"
import { NotOfType, TooManyValues, TooMuchText, ValueReader } from "../src/internal/host/ValueReader.ts"
import { valueReader } from "../src/internal/host/valueType.ts"
import { option } from "../src/internal/imports/witTypes.ts"
import { worldArguments } from "../src/internal/imports/worldTypes.ts"

const own = encode({ type: "call", interface: "", function: "", args: [] }).byteLength - headerBytes - 5

/** The values as a guest's program sends them, without what stands before them. */
const encoded = (...args: ReadonlyArray<unknown>): Buffer => {
  const frame = encode({ type: "call", interface: "", function: "", args })
  return Buffer.from(frame.subarray(headerBytes + own))
}

const wide = { values: 1_000, text: 1_000_000 }

const read = (schema: Schema.Top, bytes: Buffer, bounds = wide): unknown => {
  const reader = new ValueReader(bytes, 0).bound(bounds)
  const value = valueReader(schema)(reader)
  reader.end()
  return value
}

const one = (schema: Schema.Top, value: unknown, bounds = wide): unknown =>
  (read(Schema.Tuple([schema]), encoded(value), bounds) as ReadonlyArray<unknown>)[0]

const Item = Schema.Struct({ name: Schema.String, note: option(Schema.String) })
const u32 = (value: number): ReadonlyArray<number> => [
  value >>> 24,
  (value >>> 16) & 255,
  (value >>> 8) & 255,
  value & 255
]
const name = (text: string): ReadonlyArray<number> => [...u32(Buffer.byteLength(text)), ...Buffer.from(text)]
const field = (text: string, ...value: ReadonlyArray<number>): ReadonlyArray<number> => [...name(text), ...value]
const record = (...fields: ReadonlyArray<ReadonlyArray<number>>): Buffer =>
  Buffer.from([tags.record, ...u32(fields.length), ...fields.flat()])
const text = (of: string): ReadonlyArray<number> => [tags.text, ...name(of)]

describe("A value of a guest", () => {
  it.each([
    ["text", Schema.String, "ä\0\n😀"],
    ["no text", Schema.String, ""],
    ["a long text", Schema.String, "a".repeat(100_000)],
    ["a long text of others", Schema.String, "ä".repeat(40_000)],
    ["a fraction", Schema.Number, -0.1],
    ["NaN", Schema.Number, Number.NaN],
    ["a flag", Schema.Boolean, true],
    ["bytes", Schema.Uint8Array, new Uint8Array([0, 255, 128])],
    ["many bytes", Schema.Uint8Array, new Uint8Array(100_000).fill(7)],
    ["the largest u64", Schema.BigInt, 18_446_744_073_709_551_615n],
    ["a name", Schema.Literals(["a", "b"]), "a"],
    ["an option", option(Schema.String), null],
    [
      "a list of records",
      Schema.Array(Item),
      [
        { name: "a", note: null },
        { name: "b", note: "c" }
      ]
    ],
    ["a tuple", Schema.Tuple([Schema.String, Schema.Number]), ["a", 1]]
  ] as ReadonlyArray<readonly [string, Schema.Top, unknown]>)("crosses the pipe: %s", (_what, schema, value) => {
    assert.deepEqual(one(schema, value), value)
  })

  it("is well-formed text where the guest's is not", () => {
    assert.strictEqual(one(Schema.String, "a\ud800"), "a\ufffd")
  })

  it.each([
    ["text for a number", Schema.Number, "1"],
    ["a number for a text", Schema.String, 1],
    ["a flag for a text", Schema.String, true],
    ["a list for a record", Item, []],
    ["a record for a list", Schema.Array(Schema.String), {}],
    ["a record that says that it is bytes", Schema.Uint8Array, { $b: "AAAA" }],
    ["a record that says that it is a u64", Schema.BigInt, { $u: "1" }],
    ["a record that says that it is a number", Schema.Number, { $f: "NaN" }],
    ["none where a value is due", Schema.String, null],
    ["one more in a tuple", Schema.Tuple([Schema.String]), ["a", "b"]],
    ["one less in a tuple", Schema.Tuple([Schema.String]), []],
    ["a field that the world does not have", Item, { name: "a", junk: [] }],
    ["a field of the prototype", Item, JSON.parse('{"name":"a","__proto__":"a"}')],
    ["a field that is a method of all records", Item, { name: "a", constructor: "a" }],
    ["a field of a long name", Item, { name: "a", ["b".repeat(129)]: null }],
    ["more fields than any record has", Item, Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`f${i}`, null]))]
  ] as ReadonlyArray<readonly [string, Schema.Top, unknown]>)("is refused where it is %s", (_what, schema, value) => {
    assert.throws(() => one(schema, value), NotOfType)
  })

  it("may have fields of a newer world that say nothing", () => {
    const value = JSON.parse('{"name":"a","newer":null,"__proto__":null}')
    assert.deepEqual(one(Item, value), { name: "a" })
  })

  it.each([
    ["a field that is there twice", record(field("name", ...text("a")), field("name", ...text("b")))],
    ["text that is not UTF-8", record(field("name", tags.text, ...u32(2), 0xc3, 0x28))],
    ["a name that is not UTF-8", record([...u32(2), 0xc3, 0x28, tags.none])],
    ["a text longer than the message", record(field("name", tags.text, ...u32(10), 97))],
    ["an unknown tag", record(field("name", 99))],
    ["fewer fields than it says", record(field("name", ...text("a"))).fill(2, 4, 5)],
    ["more than its end", Buffer.concat([record(field("name", ...text("a"))), Buffer.of(0)])],
    ["nothing", Buffer.alloc(0)]
  ])("is refused where it is made by no program of ours: %s", (_what, bytes) => {
    assert.throws(() => read(Item, bytes), NotOfType)
  })

  it("is not looked at where the world has no such field", () => {
    const unread = record(field("junk", tags.list, ...u32(4_000_000_000), 99, 99))
    assert.throws(() => read(Item, unread), /no field "junk"/)
  })

  it("is refused for the length of a list before an item is read", () => {
    const bytes = Buffer.from([tags.list, ...u32(4_000_000_000), 99])
    assert.throws(() => read(Schema.Array(Schema.String), bytes), TooManyValues)
  })

  it("may hold as many values as the bound says, all lists together, and not one more", () => {
    const lists = Schema.Array(Schema.Array(Schema.String))
    const value = [["a", "b"], ["c"]]
    assert.deepEqual(one(lists, value, { ...wide, values: 7 }), value)
    assert.throws(() => one(lists, value, { ...wide, values: 6 }), TooManyValues)
  })

  it("may hold as much text as the bound says, in bytes and all together, and not more", () => {
    const texts = Schema.Array(Schema.String)
    assert.deepEqual(one(texts, ["ä", "bc"], { ...wide, text: 4 }), ["ä", "bc"])
    assert.throws(() => one(texts, ["ä", "bc"], { ...wide, text: 3 }), TooMuchText)
  })

  it("may have a field of the longest name, and as many fields as a record may, that the world does not have", () => {
    assert.deepEqual(one(Item, { name: "a", ["b".repeat(128)]: null }), { name: "a" })
    const fields = Object.fromEntries(Array.from({ length: 63 }, (_, i) => [`f${i}`, null]))
    assert.deepEqual(one(Item, { ...fields, name: "a" }), { name: "a" })
  })

  it("that is bytes keeps its whole message only where it is most of it", () => {
    const isCopied = (length: number) => {
      const bytes = encoded(new Uint8Array(length))
      const [value] = read(Schema.Tuple([Schema.Uint8Array]), bytes) as readonly [Uint8Array]
      return value.buffer !== bytes.buffer
    }
    assert.deepEqual([0, 1, 65_536, 65_537].map(isCopied), [true, true, true, false])
  })

  it.each([
    ["text that is not UTF-8", record(field("name", tags.text, ...u32(2), 0xc3, 0x28))],
    ["a value that is cut off", record(field("name", tags.text, ...u32(10), 97))],
    ["a field that is there twice", record(field("name", ...text("a")), field("name", ...text("b")))],
    ["a record of too many fields", Buffer.from([tags.record, ...u32(65)])],
    ["the name of a field that no type has", record(field("b".repeat(129), tags.none))],
    ["a value of another type", record(field("name", 99))]
  ])("is refused by the words: %s", (why, bytes) => {
    assert.throws(() => read(Item, bytes), NotOfType, why)
  })

  it("has the type of no schema that WIT could not say", () => {
    for (const schema of [
      Schema.Unknown,
      Schema.Record(Schema.String, Schema.String),
      Schema.NumberFromString,
      Schema.Literal(1),
      Schema.Literals(["a", 1]),
      Schema.Union([Schema.Null]),
      Schema.Union([Schema.String, Schema.Number]),
      Schema.Union([Schema.String, Schema.Number, Schema.Null]),
      Schema.TupleWithRest(Schema.Tuple([Schema.String]), [Schema.String]),
      Schema.TupleWithRest(Schema.Tuple([]), [Schema.String, Schema.String])
    ]) {
      const error = (() => {
        try {
          return valueReader(schema)
        } catch (error) {
          return error
        }
      })()
      assert.instanceOf(error, TypeError)
      assert.match(error.message, /^a schema of kind \w+ is no type of the world$/)
    }
  })
})

describe("The types of the world's functions", () => {
  const camel = (kebab: string) => kebab.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase())
  const wit = new URL("../wit/", import.meta.url)
  const functionsIn = (file: string) =>
    [...readFileSync(new URL(file, wit), "utf8").matchAll(/interface ([\w-]+) \{(.*?)\n\}/gs)].map(
      ([, interfaceName, body = ""]) =>
        [
          interfaceName,
          [...body.matchAll(/^ +([\w-]+): func\((.*?)\)/gms)].map(([, of = ""]) => camel(of)).sort()
        ] as const
    )
  const interfaces = readdirSync(wit)
    .flatMap(functionsIn)
    .filter(([, functions]) => functions.length > 0)

  it("are there for each of them, and for no other", () => {
    assert.deepEqual(
      Object.fromEntries(interfaces),
      Object.fromEntries(Object.entries(worldArguments).map(([of, functions]) => [of, Object.keys(functions).sort()]))
    )
  })
})
