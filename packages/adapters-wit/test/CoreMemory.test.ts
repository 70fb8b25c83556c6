import { parse } from "@bytecodealliance/jco"
import { assert, describe, it } from "@effect/vitest"
import { coreMemories, limitCoreMemories } from "../src/internal/child/CoreMemory.ts"
import { coreWasm } from "../src/internal/child/CoreWasm.ts"

const growsBy = (bytes: Uint8Array, pages: number): number => {
  const { grow } = new coreWasm.Instance(new coreWasm.Module(bytes), {}).exports
  return (grow as (pages: number) => number)(pages)
}

const growing = (memory: string) =>
  parse(`(module
    (type (func (param i32) (result i32)))
    (memory ${memory})
    (global (mut i32) (i32.const 7))
    (func (export "grow") (type 0) (memory.grow (local.get 0)))
    (data (i32.const 0) "data after the memory section"))`)

describe("coreMemories", () => {
  it.each([
    { memory: "3", found: { minimum: 3, maximum: null } },
    { memory: "200 60000", found: { minimum: 200, maximum: 60_000 } }
  ])("reads a memory of ($memory)", async ({ memory, found }) => {
    assert.deepEqual(coreMemories(await growing(memory)), [found])
  })

  it("finds none where there is none, also where one is imported", async () => {
    assert.deepEqual(coreMemories(await parse("(module)")), [])
    assert.deepEqual(coreMemories(await parse('(module (import "a" "memory" (memory 1)))')), [])
  })

  it("refuses a module of more sections than a real one has", async () => {
    const module = await parse("(module (memory 1))")
    const withCustom = (count: number) =>
      Buffer.concat([module, ...Array.from({ length: count }, () => Buffer.from([0, 1, 0]))])
    assert.lengthOf(coreMemories(withCustom(9_999)), 1)
    assert.throws(() => coreMemories(withCustom(10_000)), RangeError, "too many sections")
  })

  it("finds all of many", async () => {
    assert.deepEqual(coreMemories(await parse("(module (memory 1) (memory 2 4))")), [
      { minimum: 1, maximum: null },
      { minimum: 2, maximum: 4 }
    ])
  })

  it.each(["(memory i64 1)", "(memory 1 2 shared)"])("refuses %s, which cannot be bounded", async (memory) => {
    const bytes = await parse(`(module ${memory})`)
    assert.throws(() => coreMemories(bytes), /shared, 64-bit/)
  })

  it.each([
    { crime: "no module", bytes: [1, 2, 3] },
    { crime: "a component", bytes: [0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0] },
    { crime: "a section that is cut off", bytes: [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 5, 9, 1] },
    { crime: "two memory sections", bytes: [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 5, 3, 1, 0, 1, 5, 3, 1, 0, 1] },
    { crime: "a section of a wrong size", bytes: [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 5, 4, 1, 0, 1, 0] }
  ])("refuses $crime", ({ bytes }) => {
    assert.throws(() => coreMemories(new Uint8Array(bytes)), RangeError)
  })
})

describe("limitCoreMemories", () => {
  it("lets a memory grow to its limit, and not beyond", async () => {
    const limited = limitCoreMemories(await growing("2"), [300])
    assert.strictEqual(growsBy(limited, 298), 2)
    assert.strictEqual(growsBy(limited, 299), -1)
  })

  it("keeps a smaller maximum of the module's own, and lowers a larger one", async () => {
    assert.deepEqual(coreMemories(limitCoreMemories(await growing("1 5"), [9])), [{ minimum: 1, maximum: 5 }])
    assert.deepEqual(coreMemories(limitCoreMemories(await growing("1 5"), [3])), [{ minimum: 1, maximum: 3 }])
  })

  it("changes nothing else", async () => {
    const bytes = await growing("1 128")
    assert.deepEqual(limitCoreMemories(bytes, [128]), bytes)
  })

  it("leaves a module without memory as it is", async () => {
    const bytes = await parse('(module (func (export "f")))')
    assert.strictEqual(limitCoreMemories(bytes, []), bytes)
  })

  it("refuses a limit below the start", async () => {
    const bytes = await growing("5")
    assert.throws(() => limitCoreMemories(bytes, [4]), /starts larger/)
    assert.throws(() => limitCoreMemories(bytes, []), /starts larger/)
  })
})
