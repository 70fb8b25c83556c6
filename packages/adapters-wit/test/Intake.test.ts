import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, References, type Scope } from "effect"
import { TestClock } from "effect/testing"
import { type Intake, makeIntake, rememberedRefusals } from "../src/Intake.ts"

type Failure = { readonly why: "refused" | "load" }
const refusal: Failure = { why: "refused" }
const load: Failure = { why: "load" }

const options = {
  concurrency: 2,
  concurrencyPerTenant: 1,
  queueLength: 4,
  kept: { entries: 2 },
  isRefusal: ({ why }: Failure) => why === "refused"
}

const keyOf = (name: string) => {
  const [tenantId = "", thing = ""] = name.split("/")
  return { tenantId, name: thing, hash: `hash of ${thing}` }
}

/** An intake, the order in which work began, and a way to end each. */
const scene = Effect.fnUntraced(function* (given: Partial<typeof options> = {}) {
  const intake: Intake<string, Failure> = yield* makeIntake<string, Failure>({ ...options, ...given })
  const began: Array<string> = []
  const ends = new Map<string, Deferred.Deferred<string, Failure>>()
  const endOf = (thing: string) => {
    const end = ends.get(thing) ?? Deferred.makeUnsafe<string, Failure>()
    ends.set(thing, end)
    return end
  }
  const get = (name: string) => {
    const key = keyOf(name)
    const work = Effect.suspend(() => {
      began.push(name)
      return Deferred.await(endOf(key.name))
    })
    return Effect.match(intake.get(key, work), {
      onFailure: (error) => ("_tag" in error ? "busy" : error.why),
      onSuccess: (value) => value
    })
  }
  const start = (name: string) => Effect.tap(Effect.forkChild(get(name), { startImmediately: true }), settled)
  const end = (thing: string, outcome: Effect.Effect<string, Failure> = Effect.succeed(thing)) => {
    const deferred = endOf(thing)
    ends.delete(thing)
    return Effect.andThen(Deferred.completeWith(deferred, outcome), settled)
  }
  return { began, end, get, intake, start }
})

const settled = Effect.repeat(Effect.yieldNow, { times: 20 })

const test = <E>(title: string, effect: Effect.Effect<void, E, Scope.Scope>) =>
  it.effect(title, () => Effect.scoped(effect))

describe("an intake", () => {
  test(
    "works once for one name, and keeps the result",
    Effect.gen(function* () {
      const { began, end, get, start } = yield* scene()
      const first = yield* start("a/x")
      const second = yield* start("a/x")
      const other = yield* start("b/x")
      yield* end("x")
      assert.deepEqual([yield* Fiber.join(first), yield* Fiber.join(second), yield* Fiber.join(other)], ["x", "x", "x"])
      assert.strictEqual(yield* get("c/x"), "x")
      assert.deepEqual(began, ["a/x"])
    })
  )

  test(
    "serves another tenant's first while six of one tenant wait",
    Effect.gen(function* () {
      const { began, end, start } = yield* scene({ queueLength: 10 })
      for (let i = 0; i < 6; i++) yield* start(`a/bomb-${i}`)
      const good = yield* start("b/good")
      assert.deepEqual(began, ["a/bomb-0", "b/good"])
      yield* end("good")
      assert.strictEqual(yield* Fiber.join(good), "good")
      assert.deepEqual(began, ["a/bomb-0", "b/good"])
    })
  )

  test(
    "serves another tenant at once that asks for what a crowded tenant has under way, and next for what it has queued",
    Effect.gen(function* () {
      const { began, end, start } = yield* scene({ queueLength: 10 })
      for (const name of ["a/1", "a/2", "a/shared"]) yield* start(name)
      const joined = yield* start("b/1")
      const shared = yield* start("c/shared")
      assert.deepEqual(began, ["a/1", "c/shared"])
      yield* end("1")
      yield* end("shared")
      assert.deepEqual([yield* Fiber.join(joined), yield* Fiber.join(shared)], ["1", "shared"])
    })
  )

  test(
    "refuses who fills the queue, and nobody else",
    Effect.gen(function* () {
      const { intake, start } = yield* scene()
      for (let i = 0; i < 4; i++) yield* start(`a/${i}`)
      yield* start("b/1")
      yield* start("b/2")
      const late = yield* start("a/5")
      assert.strictEqual(yield* Fiber.join(late), "busy")
      yield* start("c/1")
      yield* start("c/2")
      assert.strictEqual(intake.waiting(), 4)
      assert.strictEqual(intake.running(), 2)
    })
  )

  test(
    "lets who is interrupted leave the queue, unless another waits for the same",
    Effect.gen(function* () {
      const { began, end, intake, start } = yield* scene()
      yield* start("a/1")
      const gone = yield* start("a/2")
      const goneToo = yield* start("a/3")
      const stays = yield* start("a/3")
      assert.strictEqual(intake.waiting(), 2)
      yield* Fiber.interrupt(gone)
      yield* Fiber.interrupt(goneToo)
      yield* settled
      assert.strictEqual(intake.waiting(), 1)
      yield* end("1")
      yield* end("3")
      assert.strictEqual(yield* Fiber.join(stays), "3")
      assert.deepEqual(began, ["a/1", "a/3"])
    })
  )

  test(
    "goes on with what has begun when its caller is gone, and has the result for the next",
    Effect.gen(function* () {
      const { began, end, get, start } = yield* scene()
      yield* Fiber.interrupt(yield* start("a/good"))
      yield* Fiber.interrupt(yield* start("b/bad"))
      yield* end("good")
      yield* end("bad", Effect.fail(refusal))
      assert.deepEqual([yield* get("a/good"), yield* get("b/bad")], ["good", "refused"])
      assert.deepEqual(began, ["a/good", "b/bad"])
    })
  )

  test(
    "remembers a refusal by the hash for a while, for every tenant",
    Effect.gen(function* () {
      const { began, end, get, start } = yield* scene()
      const first = yield* start("a/bad")
      yield* end("bad", Effect.fail(refusal))
      assert.strictEqual(yield* Fiber.join(first), "refused")
      yield* TestClock.adjust(rememberedRefusals.milliseconds - 1)
      assert.strictEqual(yield* get("b/bad"), "refused")
      assert.deepEqual(began, ["a/bad"])
      yield* TestClock.adjust(1)
      yield* start("b/bad")
      assert.deepEqual(began, ["a/bad", "b/bad"])
    })
  )

  test(
    "does not remember what failed for another reason, a defect included",
    Effect.gen(function* () {
      const { began, end, start } = yield* scene()
      const first = yield* start("a/x")
      yield* end("x", Effect.fail(load))
      assert.strictEqual(yield* Fiber.join(first), "load")
      const second = yield* start("a/x")
      yield* end("x", Effect.die("broken"))
      assert.strictEqual((yield* Fiber.await(second))._tag, "Failure")
      yield* start("a/x")
      assert.deepEqual(began, ["a/x", "a/x", "a/x"])
    })
  )

  test(
    "works again for who asks the moment that a failure is there",
    Effect.gen(function* () {
      const { intake } = yield* scene()
      const failing = intake.get(keyOf("a/x"), Effect.andThen(Effect.yieldNow, Effect.fail(load)))
      const again = intake.get(keyOf("a/x"), Effect.succeed("worked"))
      assert.strictEqual(
        yield* Effect.catchIf(
          failing,
          (error) => error === load,
          () => again
        ),
        "worked"
      )
    })
  )

  test(
    "keeps a bounded number of results and refusals",
    Effect.gen(function* () {
      const { began, get, start, end, intake } = yield* scene()
      for (const thing of ["1", "2", "3"]) {
        yield* start(`a/${thing}`)
        yield* end(thing)
      }
      assert.deepEqual([intake.peek("1"), intake.peek("2"), intake.peek("3")], [undefined, "2", "3"])
      intake.forget("3")
      assert.isUndefined(intake.peek("3"))
      for (let i = 0; i <= rememberedRefusals.entries; i++) {
        const fail = intake.get({ tenantId: "a", name: `bad-${i}`, hash: `${i}` }, Effect.fail(refusal))
        yield* Effect.flip(fail)
      }
      const again = (i: number) =>
        intake.get({ tenantId: "a", name: `bad-${i}`, hash: `${i}` }, Effect.succeed("worked"))
      assert.strictEqual(yield* again(0), "worked")
      assert.deepEqual(yield* Effect.flip(again(rememberedRefusals.entries)), refusal)
      assert.strictEqual(yield* get("a/2").pipe(Effect.timeoutOption(0), Effect.as("asked")), "asked")
      assert.isAtLeast(began.length, 3)
    })
  )

  test(
    "is left whole by an interrupt between any two steps",
    Effect.gen(function* () {
      for (let steps = 0; steps < 60; steps++) {
        const { end, get, intake } = yield* scene()
        const caller = yield* Effect.forkChild(Effect.provideService(get("a/x"), References.MaxOpsBeforeYield, 2))
        for (let step = 0; step < steps; step++) yield* Effect.yieldNow
        yield* Fiber.interrupt(caller)
        const next = yield* Effect.forkChild(get("a/x"), { startImmediately: true })
        yield* settled
        yield* end("x")
        assert.strictEqual(yield* Fiber.join(next), "x")
        yield* settled
        assert.deepEqual([intake.running(), intake.waiting()], [0, 0])
      }
    })
  )
})
