import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { makeApart } from "../src/internal/host/Apart.ts"

describe("An install that ended a process", () => {
  it.effect("is set apart for ten minutes, counted from the last time, and no other install is", () =>
    Effect.gen(function* () {
      const apart = makeApart()
      assert.isFalse(yield* apart.has("a"))
      yield* apart.add("a")
      assert.deepStrictEqual([yield* apart.has("a"), yield* apart.has("b")], [true, false])
      yield* TestClock.adjust("9 minutes")
      yield* apart.add("a")
      yield* TestClock.adjust("9 minutes")
      assert.isTrue(yield* apart.has("a"))
      yield* TestClock.adjust("1 minute")
      assert.isFalse(yield* apart.has("a"))
    })
  )

  it.effect("is set apart no longer where the time of day is set back meanwhile", () =>
    Effect.gen(function* () {
      const apart = makeApart()
      yield* TestClock.adjust("2 days")
      yield* apart.add("a")
      yield* TestClock.setTime(0)
      assert.isTrue(yield* apart.has("a"))
      yield* TestClock.adjust("10 minutes")
      assert.isFalse(yield* apart.has("a"))
    })
  )
})
