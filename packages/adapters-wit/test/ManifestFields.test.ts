import { Manifest } from "@alga-psa/ext-domain"
import { assert, describe, it } from "vitest"
import { ArchiveRefusal, shown } from "../src/internal/child/archive/ArchiveRefusal.ts"
import { manifestFields, reliedFields } from "../src/internal/child/archive/ManifestFields.ts"

const fields = (text: string) => manifestFields(Buffer.from(text))
const nested = (levels: number) => `${"[".repeat(levels)}${"]".repeat(levels)}`

describe("The fields of a manifest", () => {
  it("are those that a host relies on, and only those that are there", () => {
    const all = { name: "n", publisher: "p", version: "1.0.0", capabilities: ["a", "b"] }
    assert.deepEqual(fields(JSON.stringify({ ...all, runtime: "r".repeat(257), more: "x" })), all)
    assert.deepEqual(fields('{"name":"n","toString":"x"}'), { name: "n" })
    assert.deepEqual(fields("{}"), {})
  })

  it("are those of the manifest's shape in the domain", () => {
    assert.sameMembers([...reliedFields], Object.keys(Manifest.fields))
  })

  it("are the last where a key is there twice, as JSON has it, however often", () => {
    assert.deepEqual(fields(`{${'"name":"a",'.repeat(5_000)}"name":"b"}`), { name: "b" })
    assert.deepEqual(fields('{"__proto__":{"name":"a"},"name":"b"}'), { name: "b" })
    assert.deepEqual(fields('{"__proto__":{"name":"a"}}'), {})
  })

  it.each([["[]"], ['["name"]'], ["null"], ['"name"'], ["1"], ["true"]])("are none where it is %s", (text) => {
    assert.isNull(fields(text))
  })

  it("that are no texts or lists of texts are as they are where they are small, and else an empty object", () => {
    assert.deepEqual(fields('{"name":null,"publisher":true,"version":{"a":"b"},"capabilities":1}'), {
      name: null,
      publisher: true,
      version: {},
      capabilities: 1
    })
    assert.deepEqual(fields('{"capabilities":["a",1,null,["b"],{"c":"d"}]}'), {
      capabilities: ["a", 1, null, {}, {}]
    })
  })

  it("may have as many characters and entries as the bounds say, and not one more", () => {
    const text = (length: number) => JSON.stringify({ name: "a".repeat(length) })
    const list = (length: number) => JSON.stringify({ capabilities: Array(length).fill("a") })
    assert.deepEqual(fields(text(256)), { name: "a".repeat(256) })
    assert.throws(() => fields(text(257)), "manifest.json name has more than 256 characters")
    assert.deepEqual(fields(list(256)), { capabilities: Array(256).fill("a") })
    assert.throws(() => fields(list(257)), "manifest.json capabilities has 257 entries: at most 256")
  })

  it("may be in 32 lists and objects, and not in one more", () => {
    assert.isNull(fields(nested(32)))
    assert.throws(() => fields(nested(33)), "manifest.json has more than 32 nested lists and objects")
    assert.throws(() => fields(`${'{"a":'.repeat(33)}1${"}".repeat(33)}`), "more than 32 nested lists and objects")
  })

  it("are not counted as deep for lists and objects behind each other, or for brackets in texts", () => {
    assert.isNull(fields(`[${Array(40).fill("[]").join()}]`))
    assert.isNull(fields(`[${Array(40).fill("{}").join()}]`))
    for (const text of ["a".concat("[".repeat(40)), `"${"{".repeat(40)}`, `\\${"[".repeat(40)}`]) {
      assert.deepEqual(fields(JSON.stringify({ name: text })), { name: text })
    }
  })

  it("are told apart from brackets behind escaped quotes, and from texts and keys without an end", () => {
    const deep = "manifest.json has more than 32 nested lists and objects"
    assert.throws(() => fields(`{"a":"\\"","b":${nested(20_000)}}`), deep)
    for (const [text, at] of [
      [`{"${"a".repeat(60_000)}`, 60_002],
      [`{"a":"${"[".repeat(60_000)}`, 60_006]
    ] as const) {
      const told = `manifest.json is not JSON: Unterminated string in JSON at position ${at} (line 1 column ${at + 1})`
      assert.throws(() => fields(text), told)
    }
    assert.throws(() => fields(" ".repeat(65_536)), "manifest.json is not JSON: Unexpected end of JSON input")
    assert.isNull(fields(`[${"1,".repeat(30_000)}1]`))
  })

  it("are none, in one line, where it is no JSON", () => {
    const error = (() => {
      try {
        return fields("[1,\n\n\t x]")
      } catch (error) {
        return error
      }
    })()
    assert.instanceOf(error, ArchiveRefusal)
    assert.match(error.message, /^manifest\.json is not JSON: .*\[1, x\]/)
  })
})

describe("A stranger's text in a refusal", () => {
  it("is one line of at most 64 characters", () => {
    assert.strictEqual(shown("a".repeat(64)), "a".repeat(64))
    assert.strictEqual(shown("a".repeat(65)), `${"a".repeat(64)}…`)
    assert.strictEqual(shown("a \r\n\u2028\u202e b"), "a b")
    assert.strictEqual(shown(`${" ".repeat(256)}b`), " ")
  })

  it("makes no message of more than 300 characters", () => {
    assert.lengthOf(new ArchiveRefusal("a".repeat(301)).message, 300)
  })
})
