import { assert, describe, it } from "vitest"
import { componentNotes } from "../src/ComponentNotes.ts"

const leb = (value: number): Array<number> => (value < 128 ? [value] : [(value % 128) + 128, ...leb(value >> 7)])
const section = (name: string, text: string, length?: number) => {
  const content = Buffer.concat([Buffer.from(leb(Buffer.byteLength(name))), Buffer.from(name), Buffer.from(text)])
  return Buffer.concat([Buffer.from([0, ...leb(length ?? content.length)]), content])
}
const preamble = Buffer.from([0, 97, 115, 109, 13, 0, 1, 0])
const other = Buffer.from([1, 3, 0, 0, 0])
const notes = (...sections: ReadonlyArray<Uint8Array>) => componentNotes(Buffer.concat([preamble, other, ...sections]))

const use = { interface: "clients", at: "src/a.ts:1:2", written: "host.clients" }
const build = (value: unknown) => section("alga:build", typeof value === "string" ? value : JSON.stringify(value))
const nothing = { engine: null, needs: [], uses: [] }

describe("what a component says of itself", () => {
  it("is its engine, what it needs with each request, and the lines that use the world", () => {
    const needs = section("alga:needs", "request-time,request-seed")
    assert.deepEqual(notes(needs, build({ engine: "quickjs", uses: [use] })), {
      engine: "quickjs",
      needs: ["request-time", "request-seed"],
      uses: [use]
    })
  })

  it("is the engine that the published toolchain always has, where that made it", () => {
    assert.strictEqual(
      notes(section("producers", "\u0001processed-by\u0001ComponentizeJS0.22.0")).engine,
      "starlingmonkey"
    )
  })

  it("is what stands in the first section of the name", () => {
    const [first, second] = ["quickjs", "starlingmonkey"].map((engine) => build({ engine, uses: [] }))
    assert.strictEqual(notes(first ?? other, second ?? other).engine, "quickjs")
  })

  it.each([
    ["no section", []],
    ["an engine of another name", [build({ engine: "v8", uses: [] })]],
    ["no JSON", [build("{")]],
    ["a list of other things", [build({ engine: "quickjs", uses: [{ ...use, at: 1 }] })]],
    ["a line that is too long", [build({ engine: "quickjs", uses: [{ ...use, at: "a".repeat(301) }] })]],
    ["more lines than are read", [build({ engine: "quickjs", uses: Array(501).fill(use) })]],
    ["more bytes than are read", [build(`{"engine":"quickjs","uses":[],"more":"${"a".repeat(300_000)}"}`)]],
    ["a longer name", [section("alga:builder", JSON.stringify({ engine: "quickjs", uses: [] }))]],
    ["a length that leads out of the file", [section("alga:build", "{}", 2 ** 30)]],
    ["needs that nobody knows", [section("alga:needs", "made-up,constructor")]]
  ])("is nothing where it has %s", (_, sections) => {
    assert.deepEqual(notes(...sections), nothing)
  })

  it("is nothing where the bytes are no component, or end anywhere", () => {
    const whole = Buffer.concat([preamble, other, build({ engine: "quickjs", uses: [use] })])
    for (let end = 0; end < whole.length; end++) assert.deepEqual(componentNotes(whole.subarray(0, end)), nothing)
    assert.deepEqual(componentNotes(Buffer.alloc(100_000)), nothing)
  })
})
