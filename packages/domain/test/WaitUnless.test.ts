import { assert, describe, it, vi } from "@effect/vitest"
import { Clock, Context, Deferred, Effect, Exit, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { after, inTimeOrElse, leave, waitUnless } from "../src/WaitUnless.ts"

const begin = <A, E>(effect: Effect.Effect<A, E>) => Effect.forkChild(effect, { startImmediately: true })

/** Work that never ends by itself, and says how its end was met. */
const endless = () => {
  const seen = { interrupted: false }
  const work = Effect.onInterrupt(Effect.never, () => Effect.sync(() => (seen.interrupted = true)))
  return { seen, work }
}

const late = Effect.fail("late" as const)

/** Leaves what is late, a second from now. */
const leaving = waitUnless<never, never, never, "late", never>({
  signal: after([() => 1_000]),
  late: (work) => Effect.andThen(leave(work), late),
  left: leave
})

describe("waitUnless", () => {
  it.effect("gives what the work gives, at once or later, and fails as it fails", () =>
    Effect.gen(function* () {
      const inTime = inTimeOrElse(1_000, () => Effect.succeed("late"))
      assert.strictEqual(yield* inTime(Effect.succeed("now")), "now")
      assert.strictEqual(yield* Effect.flip(inTime(Effect.fail("why"))), "why")
      const soon = yield* begin(inTime(Effect.delay(Effect.succeed("soon"), "999 millis")))
      const failing = yield* begin(Effect.flip(inTime(Effect.delay(Effect.fail("why"), "999 millis"))))
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual([yield* Fiber.join(soon), yield* Fiber.join(failing)], ["soon", "why"])
    })
  )

  it.effect("waits no longer than it was said, and for the end of what is late where it was said so", () =>
    Effect.gen(function* () {
      const cleaned = yield* Deferred.make<void>()
      const slow = Effect.onInterrupt(Effect.never, () => Deferred.await(cleaned))
      const left = yield* begin(Effect.flip(leaving(slow)))
      const waiting = yield* begin(inTimeOrElse(1_000, () => late)(slow).pipe(Effect.flip))
      yield* TestClock.adjust("999 millis")
      assert.deepStrictEqual([left.pollUnsafe(), waiting.pollUnsafe()], [undefined, undefined])
      yield* TestClock.adjust("1 millis")
      assert.strictEqual(yield* Fiber.join(left), "late")
      assert.isUndefined(waiting.pollUnsafe())
      yield* Deferred.succeed(cleaned, undefined)
      assert.strictEqual(yield* Fiber.join(waiting), "late")
    })
  )

  it.live("does so by the system's clock, too", () =>
    Effect.gen(function* () {
      const inTime = inTimeOrElse(60_000, () => Effect.succeed("late"))
      assert.strictEqual(yield* inTime(Effect.as(Effect.yieldNow, "done")), "done")
      const { seen, work } = endless()
      assert.strictEqual(yield* inTimeOrElse(1, () => Effect.succeed("late"))(work), "late")
      assert.isTrue(seen.interrupted)
    })
  )

  it.live("takes one fiber", () =>
    Effect.gen(function* () {
      const newest = Effect.map(Effect.forkChild(Effect.void), ({ id }) => id)
      const soon = Effect.callback<void>((resume) => queueMicrotask(() => resume(Effect.void)))
      const before = yield* newest
      yield* inTimeOrElse(60_000, () => Effect.void)(soon)
      assert.strictEqual((yield* newest) - before, 2)
    })
  )

  it.effect("interrupts the work of whoever is interrupted", () =>
    Effect.gen(function* () {
      const { seen, work } = endless()
      yield* Fiber.interrupt(yield* begin(leaving(work)))
      assert.isTrue(seen.interrupted)
    })
  )

  it.effect("asks for more time when what was said is over, and leaves out what is none", () =>
    Effect.gen(function* () {
      const asked: Array<string> = []
      const say = (name: string, milliseconds: number) => () => {
        asked.push(name)
        return milliseconds
      }
      const { seen, work } = endless()
      const waiting = yield* begin(
        waitUnless<never, never, never, "late", never>({
          signal: after([say("first", 100), say("none", 0), say("more", 50)]),
          late: (working) => Effect.andThen(leave(working), late),
          left: leave
        })(work).pipe(Effect.exit)
      )
      assert.deepStrictEqual(asked, ["first"])
      yield* TestClock.adjust("100 millis")
      assert.deepStrictEqual(asked, ["first", "none", "more"])
      assert.isFalse(seen.interrupted)
      yield* TestClock.adjust("50 millis")
      assert.deepStrictEqual(yield* Fiber.join(waiting), Exit.fail("late" as const))
      assert.isTrue(seen.interrupted)
    })
  )

  it.effect("does not wait at all where all that was said is none", () =>
    Effect.gen(function* () {
      const { seen, work } = endless()
      assert.strictEqual(yield* inTimeOrElse(0, () => Effect.succeed("late"))(work), "late")
      assert.isTrue(seen.interrupted)
    })
  )

  it.effect("takes its signal back once the work or the wait has ended, and asks for none where the work is done", () =>
    Effect.gen(function* () {
      const seen: Array<string> = []
      const wait = waitUnless<string, never, never, never, never>({
        signal: () => {
          seen.push("signal")
          return () => seen.push("stop")
        },
        late: () => Effect.never,
        left: () => Effect.sync(() => seen.push("left"))
      })
      assert.strictEqual(yield* wait(Effect.succeed("done")), "done")
      assert.deepStrictEqual(seen, [])
      assert.strictEqual(yield* wait(Effect.as(Effect.yieldNow, "done")), "done")
      assert.deepStrictEqual(seen.splice(0), ["signal", "stop"])
      yield* Fiber.interrupt(yield* begin(wait(Effect.never)))
      assert.deepStrictEqual(seen, ["signal", "stop", "left"])
    })
  )
})

describe("A signal after a time", () => {
  const ending = (milliseconds: ReadonlyArray<() => number>, clock: Clock.Clock) => {
    const seen = { ended: 0 }
    return { seen, stop: after(milliseconds)(() => seen.ended++, clock) }
  }

  it.effect("does not come where it was taken back", () =>
    Effect.gen(function* () {
      const clock = yield* Clock.Clock
      const [back, kept] = [ending([() => 1_000], clock), ending([() => 1_000], clock)]
      back.stop()
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual([back.seen.ended, kept.seen.ended], [0, 1])
    })
  )

  it("is one timer by the system's clock, none for no time, and not cut short where it is too long for one", () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] })
    try {
      const clock = Context.get(Context.empty(), Clock.Clock)
      assert.strictEqual(ending([() => 0, () => -1], clock).seen.ended, 1)
      const soon = ending([() => 5], clock)
      assert.strictEqual(vi.getTimerCount(), 1)
      soon.stop()
      assert.strictEqual(vi.getTimerCount(), 0)
      const long = ending([() => 2_147_483_648], clock)
      vi.advanceTimersByTime(60_000)
      assert.deepStrictEqual([soon.seen.ended, long.seen.ended], [0, 0])
      long.stop()
      assert.strictEqual(vi.getTimerCount(), 0)
    } finally {
      vi.useRealTimers()
    }
  })
})
