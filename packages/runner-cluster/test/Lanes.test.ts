import { assert, describe, it } from "@effect/vitest"
import { makeLanes } from "../src/Lanes.ts"

describe("lanes to another runner", () => {
  it("have one user each, as long as there are enough, and the lowest is taken first", () => {
    const { giveBack, take } = makeLanes(3)
    assert.deepStrictEqual([take("a"), take("a"), take("b"), take("a")], [0, 1, 0, 2])
    giveBack("a", 1)
    assert.strictEqual(take("a"), 1)
  })

  it("are shared evenly where there are more users than lanes", () => {
    const { giveBack, take } = makeLanes(2)
    assert.deepStrictEqual([take("a"), take("a"), take("a"), take("a"), take("a")], [0, 1, 0, 1, 0])
    giveBack("a", 1)
    assert.strictEqual(take("a"), 1)
    for (const lane of [0, 0, 0, 1, 1]) giveBack("a", lane)
    assert.deepStrictEqual([take("a"), take("a")], [0, 1])
  })
})
