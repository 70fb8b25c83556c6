import { fail } from "@alga-psa/ext-runner/RunnerError"
import { assert, describe, it } from "@effect/vitest"
import { Clock, Deferred, Duration, Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { isOver, untilOver } from "../src/TriggerLease.ts"

const lease = Duration.seconds(3)
const seconds = Effect.map(Clock.monotonicTimeNanos, (now) => Number(now) / 1e9)

/** When an attempt is cut that this renewal keeps, in seconds after it was taken. */
const cutAfter = (renew: Effect.Effect<boolean, ReturnType<typeof fail>>, answered: Duration.Duration) =>
  Effect.gen(function* () {
    const taken = yield* Clock.monotonicTimeNanos
    const from = yield* seconds
    yield* TestClock.adjust(answered)
    const cut = yield* Effect.forkChild(Effect.andThen(untilOver(renew, lease, taken), seconds))
    yield* TestClock.adjust("1 minute")
    return (yield* Fiber.join(cut)) - from
  })

describe("the lease of an attempt", () => {
  it.effect("lasts while each renewal is answered", () =>
    Effect.gen(function* () {
      const taken = yield* Clock.monotonicTimeNanos
      const keeping = yield* Effect.forkChild(untilOver(Effect.delay(Effect.succeed(true), "900 millis"), lease, taken))
      yield* TestClock.adjust("1 hour")
      assert.isUndefined(keeping.pollUnsafe())
      yield* Fiber.interrupt(keeping)
    })
  )

  it.effect("is over as soon as the attempt is another runner's", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* cutAfter(Effect.succeed(false), Duration.zero), 1)
    })
  )

  it.effect("is over a third before another may begin, without an answer or with refusals alone", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* cutAfter(Effect.never, Duration.zero), 2)
      assert.strictEqual(yield* cutAfter(Effect.fail(fail("data_unavailable")), Duration.zero), 2)
    })
  )

  it.effect("counts from when it was asked for, and not from when it was answered", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* cutAfter(Effect.never, Duration.millis(1_800)), 2)
      let renewals = 0
      const slowThenSilent = Effect.suspend(() =>
        renewals++ === 0 ? Effect.delay(Effect.succeed(true), "900 millis") : Effect.never
      )
      assert.strictEqual(yield* cutAfter(slowThenSilent, Duration.zero), 3)
    })
  )

  it.effect("is over at once for a process that stood still for too long, without asking", () =>
    Effect.gen(function* () {
      const asked = yield* Deferred.make<void>()
      const renew = Effect.as(Deferred.succeed(asked, undefined), true)
      assert.strictEqual(yield* cutAfter(renew, Duration.seconds(2)), 2)
      assert.isFalse(yield* Deferred.isDone(asked))
    })
  )

  it.effect("is over for an attempt whose taking was answered too late, and not a moment before", () =>
    Effect.gen(function* () {
      const taken = yield* Clock.monotonicTimeNanos
      yield* TestClock.adjust("1999 millis")
      assert.isFalse(yield* isOver(lease, taken))
      yield* TestClock.adjust("1 millis")
      assert.isTrue(yield* isOver(lease, taken))
    })
  )
})
