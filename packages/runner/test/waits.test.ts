import { defaultLimits } from "@alga-psa/ext-adapters-wit"
import type { UsedRights } from "@alga-psa/ext-domain"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { Deadline, endAt, LongestTime, lower, rest, start, type Wait, waitFor, withDeadline } from "../src/Deadline.ts"
import type { RunnerError } from "../src/RunnerError.ts"

const used: UsedRights = {
  capabilities: ["cap:client.read"],
  permissions: [],
  subject: { userType: "internal", clientId: null }
}

/** Ends after so many milliseconds, whoever interrupts it. */
const slow = (milliseconds: number) => Effect.uninterruptible(Effect.sleep(milliseconds))

const seen = ({ cause, code, detail, ran }: RunnerError) => ({
  code,
  detail,
  ran,
  log: cause instanceof Error ? cause.message : null
})

describe("A request at its deadline", () => {
  const tooLate = "the time limit was over before the extension began (timeoutMs)"
  const timeout = "timeout: the extension did not answer within its time limit (timeoutMs)"

  it.effect.each([
    ["body", "invalid_request", "the body did not arrive within the time limit", "the request's body"],
    ["rights", "overloaded", tooLate, "the install and its rights"],
    ["component", "overloaded", tooLate, "the bundle or the intake of the component"],
    ["place", "overloaded", tooLate, "a place within the limits of the cluster"],
    [
      "key",
      "data_unavailable",
      "the answer under the idempotency key is not there in time; ask again with the key",
      "the store of idempotency keys, or the first request with the key"
    ],
    ["triggers", "data_unavailable", "the store of triggers does not answer", "the store of triggers"],
    ["extension", "execute_failed", timeout, "the extension"],
    ["runner", "runner_lost", "the runner that carried it out did not answer in time", "another runner"],
    ["next", "overloaded", tooLate, "nothing"]
  ] as const)("is told what it waited for: %s", ([wait, code, detail, name]) =>
    Effect.gen(function* () {
      const late = yield* Effect.forkChild(Effect.flip(endAt(yield* start(100))(waitFor(wait)(slow(1_000)))))
      yield* TestClock.adjust(1_000)
      const log = `100 ms were over while waiting for ${name}`
      assert.deepEqual(seen(yield* Fiber.join(late)), { code, detail, log, ran: undefined })
    })
  )

  it.effect("is told what the extension had used, where it had got the request", () =>
    Effect.gen(function* () {
      const deadline = yield* start(100)
      const work = waitFor("extension")(
        Effect.andThen(
          Effect.sync(() => {
            deadline.ran = Effect.succeed(used)
          }),
          slow(1_000)
        )
      )
      const late = yield* Effect.forkChild(Effect.flip(endAt(deadline)(work)))
      yield* TestClock.adjust(1_000)
      assert.deepInclude(seen(yield* Fiber.join(late)), { code: "execute_failed", detail: timeout, ran: used })
    })
  )

  it.effect.each(["extension", "runner", "key"] as const)("waits 50 ms more for the better answer of: %s", (wait) =>
    Effect.gen(function* () {
      const ends = (milliseconds: number) =>
        Effect.gen(function* () {
          const deadline = yield* start(100)
          const work = yield* Effect.forkChild(
            Effect.result(endAt(deadline)(waitFor(wait)(Effect.as(slow(milliseconds), "better"))))
          )
          yield* TestClock.adjust(149)
          const before = work.pollUnsafe() === undefined
          yield* TestClock.adjust(851)
          return [before, (yield* Fiber.join(work))._tag]
        })
      assert.deepEqual(yield* ends(149), [false, "Success"])
      assert.deepEqual(yield* ends(151), [true, "Failure"])
    })
  )

  it.effect("waits no more for anything else", () =>
    Effect.gen(function* () {
      const work = yield* Effect.forkChild(Effect.result(endAt(yield* start(100))(waitFor("rights")(slow(101)))))
      yield* TestClock.adjust(100)
      assert.strictEqual((yield* Fiber.join(work))._tag, "Failure")
    })
  )

  it.effect("waits again for what it waited for before, once a part is done or has failed", () =>
    Effect.gen(function* () {
      for (const part of [Effect.void, Effect.ignore(Effect.fail("no"))]) {
        const deadline = yield* start(100)
        const work = waitFor("place")(Effect.andThen(waitFor("rights")(part), slow(1_000)))
        const late = yield* Effect.forkChild(Effect.flip(endAt(deadline)(work)))
        yield* TestClock.adjust(50)
        assert.strictEqual(deadline.waiting, "place")
        yield* TestClock.adjust(1_000)
        assert.include(seen(yield* Fiber.join(late)).log, "a place")
      }
    })
  )

  it.effect("is told at once by what ends at it, where what was within that is over", () =>
    Effect.gen(function* () {
      const deadline = yield* start(100)
      const work = Effect.andThen(endAt(deadline)(Effect.void), waitFor("rights")(slow(1_000)))
      const late = yield* Effect.forkChild(Effect.flip(endAt(deadline)(work)))
      yield* TestClock.adjust(100)
      assert.isDefined(late.pollUnsafe())
      assert.strictEqual(deadline.depth, 0)
    })
  )

  it.effect("is told by what ends at it only after what is within that, by 25 ms", () =>
    Effect.gen(function* () {
      const deadline = yield* start(100)
      const inner = Effect.sleep(10).pipe(
        Effect.andThen(Effect.ignore(endAt(deadline)(waitFor("rights")(slow(1_000))))),
        Effect.andThen(slow(24))
      )
      const outer = yield* Effect.forkChild(Effect.result(endAt(deadline)(inner)))
      yield* TestClock.adjust(123)
      assert.isUndefined(outer.pollUnsafe())
      yield* TestClock.adjust(1_000)
      assert.strictEqual((yield* Fiber.join(outer))._tag, "Success")
    })
  )
})

describe("A request", () => {
  it.effect("has no rest of time where no deadline was set, and waits for what it waits for", () =>
    Effect.gen(function* () {
      assert.isNull(yield* Deadline)
      assert.isNull(yield* rest)
      assert.strictEqual(yield* waitFor("place")(Effect.succeed("done")), "done")
    })
  )

  it.effect("has what is left of its deadline, whole and rounded up", () =>
    Effect.gen(function* () {
      const deadline = yield* start(100)
      yield* TestClock.adjust("30500 micros")
      assert.strictEqual(yield* Effect.provideService(rest, Deadline, deadline), 70)
    })
  )

  it.effect("has a deadline of its own where there is none, lowered to what it asks for", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* withDeadline(undefined)(rest), defaultLimits.timeoutMs)
      assert.strictEqual(yield* withDeadline(70)(rest), 70)
      assert.strictEqual(yield* Effect.provideService(withDeadline(70)(rest), LongestTime, 60), 60)
    })
  )

  it.effect("has the deadline that is there, whatever it asks for", () =>
    Effect.gen(function* () {
      const deadline = yield* start(100)
      assert.strictEqual(yield* Effect.provideService(withDeadline(10)(rest), Deadline, deadline), 100)
    })
  )

  it.effect("has its deadline ended by what set it, except by who waits for a key", () =>
    Effect.gen(function* () {
      /** Who tells of the end: what set the deadline, where anything did, or what asks for one within that. */
      const teller = Effect.fnUntraced(function* (isSet: boolean, wait: Wait | null) {
        const deadline = yield* start(100)
        const asks = withDeadline(null)(slow(1_000))
        const within = Effect.mapError(wait === null ? asks : waitFor(wait)(asks), () => "within")
        const work = isSet
          ? Effect.mapError(endAt(deadline)(within), (error) => (error === "within" ? error : "around"))
          : within
        const late = yield* Effect.forkChild(Effect.flip(Effect.provideService(work, Deadline, deadline)))
        yield* TestClock.adjust(1_000)
        return yield* Fiber.join(late)
      })
      assert.strictEqual(yield* teller(false, null), "within")
      assert.strictEqual(yield* teller(true, null), "around")
      assert.strictEqual(yield* teller(true, "rights"), "around")
      assert.strictEqual(yield* teller(true, "key"), "within")
    })
  )

  it.effect("waits for nothing yet when its deadline starts", () =>
    Effect.gen(function* () {
      const late = yield* Effect.forkChild(Effect.flip(endAt(yield* start(100))(slow(1_000))))
      yield* TestClock.adjust(1_000)
      assert.strictEqual(seen(yield* Fiber.join(late)).log, "100 ms were over while waiting for nothing")
    })
  )

  it.effect("that asks for less has a deadline with nothing in it yet", () =>
    Effect.gen(function* () {
      const deadline = { ...(yield* start(100)), depth: 3 }
      assert.deepInclude(lower(deadline, 50), { started: deadline.started, milliseconds: 50, depth: 0, ran: null })
    })
  )
})
