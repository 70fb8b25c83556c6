import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { memoryPlan, totalMinimum } from "../src/internal/host/memoryPlan.ts"

const modulesOf = (minima: ReadonlyArray<ReadonlyArray<number>>) =>
  minima.map((memories) => ({ memories: memories.map((minimum) => ({ minimum, maximum: null })) }))

const Pages = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 500 }))
const Modules = Schema.Array(Schema.Array(Pages).check(Schema.isMaxLength(3))).check(Schema.isMaxLength(4))
const Limit = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 8_192 }))

describe("memoryPlan", () => {
  it("gives the largest memory what the small ones leave", () => {
    assert.deepEqual(memoryPlan(modulesOf([[20], [], [1], [1]]), 1_024), [[990], [], [17], [17]])
  })

  it("gives the only memory everything", () => {
    assert.deepEqual(memoryPlan(modulesOf([[], [3]]), 64), [[], [64]])
  })

  it("shares little room evenly", () => {
    assert.deepEqual(memoryPlan(modulesOf([[10], [2]]), 20), [[14], [6]])
  })

  it("has no plan for memories that start above the limit, and one for those that start at it", () => {
    assert.isNull(memoryPlan(modulesOf([[10], [2]]), 11))
    assert.deepEqual(memoryPlan(modulesOf([[10], [2]]), 12), [[10], [2]])
  })

  it.effect.prop(
    "never plans more than the limit, nor less than a memory starts with",
    [Modules, Limit],
    ([minima, limit]) =>
      Effect.sync(() => {
        const modules = modulesOf(minima)
        const plan = memoryPlan(modules, limit)
        assert.strictEqual(plan === null, totalMinimum(modules) > limit)
        if (plan === null) return
        const all = plan.flat()
        assert.isAtMost(
          all.reduce((sum, pages) => sum + pages, 0),
          limit
        )
        const starts = minima.flat()
        assert.isTrue(all.every((pages, i) => pages >= (starts[i] ?? 0)))
      })
  )
})
