import { fail } from "@alga-psa/ext-runner/RunnerError"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber, Scope, Stream } from "effect"
import { TestClock } from "effect/testing"
import { holding } from "../src/PeerServer.ts"

const place = (held: { count: number }) =>
  Effect.acquireRelease(
    Effect.sync(() => void held.count++),
    () => Effect.sync(() => void held.count--)
  )

describe("a place that is held for another runner", () => {
  it.effect("is given back when that one needs it no longer, and at last when no execution can go on", () =>
    Effect.gen(function* () {
      const held = { count: 0 }
      const scope = yield* Scope.make()
      const reading = yield* Effect.forkIn(Stream.runCollect(holding(place(held), 1_000)), scope)
      yield* TestClock.adjust("100 millis")
      assert.strictEqual(held.count, 1)
      yield* Scope.close(scope, Exit.void)
      assert.strictEqual(held.count, 0)
      const silent = yield* Effect.forkChild(Stream.runCollect(holding(place(held), 1_000)))
      yield* TestClock.adjust("5999 millis")
      assert.strictEqual(held.count, 1)
      yield* TestClock.adjust("1 millis")
      assert.deepStrictEqual(yield* Fiber.join(silent), [undefined])
      assert.strictEqual(held.count, 0)
      yield* Fiber.await(reading)
    })
  )

  it.effect("is refused as its count says", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(Stream.runCollect(holding(Effect.fail(fail("rate_limited", "why")), 1_000)))
      assert.strictEqual(error.message, "rate_limited: why")
    })
  )
})
