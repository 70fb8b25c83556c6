import { assert, describe, it } from "@effect/vitest"
import { type PoolParty, poolKey } from "../src/internal/host/poolKey.ts"

const party: PoolParty = { tenantId: "a", installId: "x", component: { hash: "h" }, limits: { memoryMb: 64 } }

describe("poolKey", () => {
  it("is the same for the same tenant, install, component and memory limit", () => {
    assert.strictEqual(poolKey({ ...party }), poolKey(structuredClone(party)))
  })

  it.each([
    ["another tenant", { tenantId: "b" }],
    ["another install", { installId: "y" }],
    ["another component", { component: { hash: "i" } }],
    ["another memory limit", { limits: { memoryMb: 65 } }],
    ["a tenant and an install whose names run into each other", { tenantId: 'a","x', installId: "" }],
    ["tenant and install in each other's place", { tenantId: "x", installId: "a" }]
  ])("differs for %s", (_, other) => {
    assert.notStrictEqual(poolKey({ ...party, ...other }), poolKey(party))
  })
})
