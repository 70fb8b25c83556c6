import { assert, describe, it } from "vitest"
import { makeRecentlyUsed } from "../src/internal/RecentlyUsed.ts"

describe("a memory of recently used values", () => {
  it("lets the least recently used go beyond its number", () => {
    const memory = makeRecentlyUsed<number>({ entries: 2 })
    memory.set("a", 1)
    memory.set("b", 2)
    assert.strictEqual(memory.get("a"), 1)
    memory.set("c", 3)
    assert.deepEqual([memory.get("a"), memory.get("b"), memory.get("c")], [1, undefined, 3])
    memory.delete("a")
    assert.strictEqual(memory.size(), 1)
  })

  it("lets the least recently used go beyond its weight, and keeps the last one", () => {
    const memory = makeRecentlyUsed<number>({ entries: 10, weight: { most: 10, of: (value) => value } })
    memory.set("a", 5)
    memory.set("b", 5)
    memory.set("b", 4)
    memory.set("c", 1)
    assert.strictEqual(memory.size(), 3)
    memory.set("d", 1)
    assert.isUndefined(memory.get("a"))
    memory.set("e", 100)
    assert.deepEqual([memory.size(), memory.get("e")], [1, 100])
  })
})
