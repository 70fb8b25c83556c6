import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { keptFor, steadyMillis } from "../src/SteadyTime.ts"
import { makeSetClock } from "../testing/setClock.ts"

const hour = 3_600_000

describe("Time that is compared within a process", () => {
  it.effect("goes on where the clock is set back or ahead", () =>
    Effect.gen(function* () {
      const clock = yield* makeSetClock
      const started = yield* clock.by(steadyMillis)
      for (const by of [-hour, 2 * hour]) yield* clock.setBy(by)
      yield* TestClock.adjust("1500 millis")
      assert.strictEqual((yield* clock.by(steadyMillis)) - started, 1_500)
    })
  )
})

describe("A value that is kept for a while", () => {
  it.effect("is asked for again after that while, and not by what the clock says", () =>
    Effect.gen(function* () {
      const clock = yield* makeSetClock
      let asked = 0
      const get = clock.by(yield* keptFor("1 second")(Effect.sync(() => ++asked)))
      assert.deepStrictEqual([yield* get, yield* get], [1, 1])
      yield* clock.setBy(-hour)
      yield* TestClock.adjust("999 millis")
      assert.strictEqual(yield* get, 1)
      yield* TestClock.adjust("1 milli")
      assert.deepStrictEqual([yield* get, yield* get], [2, 2])
      yield* clock.setBy(2 * hour)
      assert.strictEqual(yield* get, 2)
    }).pipe(Effect.scoped)
  )

  it.effect("is not kept where it failed", () =>
    Effect.gen(function* () {
      let asked = 0
      const get = yield* keptFor("1 second")(
        Effect.suspend(() => (++asked === 1 ? Effect.fail("no") : Effect.succeed(asked)))
      )
      assert.strictEqual(yield* Effect.flip(get), "no")
      assert.strictEqual(yield* get, 2)
    }).pipe(Effect.scoped)
  )
})
