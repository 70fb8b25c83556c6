import { assert, describe, it } from "@effect/vitest"
import { type PoolParty, placeOf } from "../src/internal/host/poolKey.ts"

const component = { hash: "h", unrestorable: null }
const party: PoolParty = { tenantId: "a", installId: "x", component, limits: { memoryMb: 64 } }
const others: ReadonlyArray<readonly [what: string, other: Partial<PoolParty>]> = [
  ["another tenant", { tenantId: "b" }],
  ["another install", { installId: "y" }],
  ["a tenant and an install whose names run into each other", { tenantId: 'a","x', installId: "" }],
  ["tenant and install in each other's place", { tenantId: "x", installId: "a" }]
]
const apart: ReadonlyArray<readonly [what: string, other: Partial<PoolParty>]> = [
  ["another component", { component: { ...component, hash: "i" } }],
  ["another memory limit", { limits: { memoryMb: 65 } }]
]

describe("The place of an execution where a process serves one install", () => {
  it("is the same for the same tenant, install, component and memory limit", () => {
    assert.deepStrictEqual(placeOf({ ...party }, false), placeOf(structuredClone(party), false))
  })

  it.each([...others, ...apart])("is another process for %s", (_, other) => {
    const [one, two] = [placeOf(party, false), placeOf({ ...party, ...other }, false)]
    assert.notStrictEqual(one.key, two.key)
    assert.deepStrictEqual([one.shared, two.shared], [false, false])
  })
})

describe("The place of an execution where a process may be shared", () => {
  it.each(others)("is the same process and another install for %s", (_, other) => {
    const [one, two] = [placeOf(party, true), placeOf({ ...party, ...other }, true)]
    assert.deepStrictEqual([one.key, one.shared], [two.key, true])
    assert.notStrictEqual(one.install, two.install)
  })

  it.each(apart)("is another process for %s", (_, other) => {
    assert.notStrictEqual(placeOf({ ...party, ...other }, true).key, placeOf(party, true).key)
  })

  it("is a process of one install where the component's state cannot be reached", () => {
    const unreached = { ...party, component: { ...component, unrestorable: "table-write" } }
    assert.deepStrictEqual(placeOf(unreached, true), placeOf(unreached, false))
  })

  it("is never a process of one install", () => {
    const alone = placeOf({ ...party, component: { ...component, hash: "x" } }, false)
    assert.notStrictEqual(placeOf(party, true).key, alone.key)
    assert.notStrictEqual(placeOf(party, true).key, placeOf(party, false).key)
  })
})

describe("A process that has loaded a component ahead", () => {
  it.each(others)("may begin with %s", (_, other) => {
    for (const mayShare of [true, false]) {
      assert.strictEqual(placeOf({ ...party, ...other }, mayShare).component, placeOf(party, mayShare).component)
    }
  })

  it.each(apart)("never begins with %s", (_, other) => {
    for (const mayShare of [true, false]) {
      assert.notStrictEqual(placeOf({ ...party, ...other }, mayShare).component, placeOf(party, mayShare).component)
    }
  })

  it("never begins with one install where it was loaded to be shared, nor the other way round", () => {
    assert.notStrictEqual(placeOf(party, true).component, placeOf(party, false).component)
  })
})
