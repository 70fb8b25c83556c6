import { assert, describe, it } from "@effect/vitest"
import { riseOf } from "../src/installs/Flat.ts"

describe("The rise of values", () => {
  it("is none where they stay, and where they go up and down alike", () => {
    assert.strictEqual(riseOf([5, 5, 5, 5]), 0)
    assert.approximately(riseOf([4, 6, 6, 4]), 0, 1e-9)
  })

  it("is what they gain from the first to the last, of their mean", () => {
    assert.approximately(riseOf([90, 100, 110]), 0.2, 1e-9)
    assert.approximately(riseOf([110, 100, 90]), -0.2, 1e-9)
  })

  it("is not that of one value far off", () => {
    const level = Array.from({ length: 31 }, () => 100)
    assert.isBelow(riseOf([...level.slice(0, 30), 150]), 0.1)
  })
})
