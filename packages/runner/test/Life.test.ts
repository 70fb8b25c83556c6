import { noRights } from "@alga-psa/ext-domain"
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Duration, Effect, Fiber, Logger } from "effect"
import { TestClock } from "effect/testing"
import { Deadline, start } from "../src/Deadline.ts"
import { Life, layer } from "../src/Life.ts"

const options = { delay: Duration.seconds(1), grace: Duration.seconds(10) }

const begin = <A, E>(effect: Effect.Effect<A, E>) => Effect.forkChild(effect, { startImmediately: true })

const refusal = <A>(work: Effect.Effect<A, { readonly message: string }>) =>
  Effect.map(Effect.flip(work), ({ message }) => message)

describe("Life", () => {
  it.effect("takes work until the delay is over, and none afterwards", () =>
    Effect.gen(function* () {
      const life = yield* Life
      assert.isTrue(life.ready())
      const stopping = yield* begin(life.stop(options))
      assert.isFalse(life.ready())
      assert.strictEqual(yield* life.admit(Effect.succeed("done")), "done")
      yield* TestClock.adjust("1 second")
      assert.match(yield* refusal(life.admit(Effect.succeed("done"))), /^shutting_down: /)
      yield* TestClock.adjust("249 millis")
      assert.isUndefined(stopping.pollUnsafe())
      yield* TestClock.adjust("1 millis")
      yield* Fiber.join(stopping)
    }).pipe(Effect.provide([layer, Logger.layer([])]))
  )

  it.effect("is not ready while it leaves, and takes work until the delay behind that is over", () =>
    Effect.gen(function* () {
      const life = yield* Life
      const stopping = yield* begin(life.stop({ ...options, leave: Effect.sleep("2 seconds") }))
      assert.isFalse(life.ready())
      yield* TestClock.adjust("2500 millis")
      assert.strictEqual(yield* life.admit(Effect.succeed("done")), "done")
      yield* TestClock.adjust("500 millis")
      assert.match(yield* refusal(life.admit(Effect.succeed("done"))), /^shutting_down: /)
      yield* TestClock.adjust("250 millis")
      yield* Fiber.join(stopping)
    }).pipe(Effect.provide([layer, Logger.layer([])]))
  )

  it.effect("lets work end within the grace time, and waits for no more of it than it takes", () =>
    Effect.gen(function* () {
      const life = yield* Life
      const answer = yield* Deferred.make<string>()
      const work = yield* begin(life.admit(Deferred.await(answer)))
      const stopping = yield* begin(life.stop(options))
      yield* TestClock.adjust("5 seconds")
      yield* Deferred.succeed(answer, "done")
      assert.strictEqual(yield* Fiber.join(work), "done")
      yield* TestClock.adjust("250 millis")
      yield* Fiber.join(stopping)
    }).pipe(Effect.provide([layer, Logger.layer([])]))
  )

  it.effect("cuts what is not done by then, and says so", () =>
    Effect.gen(function* () {
      const life = yield* Life
      let interrupted = false
      const endless = Effect.onInterrupt(Effect.never, () => Effect.sync(() => (interrupted = true)))
      const work = yield* begin(refusal(life.admit(endless)))
      const used = { ...noRights, wrote: true }
      const deadline = { ...(yield* start(60_000)), ran: Effect.succeed(used) }
      const ofNobody = yield* begin(Effect.flip(life.admit(Effect.never)))
      const working = yield* begin(Effect.provideService(Effect.flip(life.admit(Effect.never)), Deadline, deadline))
      const stopping = yield* begin(life.stop(options))
      yield* TestClock.adjust("11 seconds")
      assert.match(yield* Fiber.join(work), /^shutting_down: the runner stopped before/)
      assert.isTrue(interrupted)
      assert.isUndefined((yield* Fiber.join(ofNobody)).ran)
      assert.deepStrictEqual((yield* Fiber.join(working)).ran, used)
      yield* TestClock.adjust("250 millis")
      yield* Fiber.join(stopping)
    }).pipe(Effect.provide([layer, Logger.layer([])]))
  )
})
