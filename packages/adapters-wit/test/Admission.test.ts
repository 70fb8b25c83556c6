import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber } from "effect"
import { type AdmissionOptions, makeAdmission, type Party } from "../src/internal/host/Admission.ts"

const options = { concurrency: 2, concurrencyPerTenant: 2, concurrencyPerInstall: 2, queueLength: 10 }

const party = (name: string): Party => {
  const [tenantId = "", installId = ""] = name.split("/")
  return { tenantId, installId }
}

/** An admission, the order in which executions began, and a way to end each. */
const scene = (given: Partial<AdmissionOptions> = {}) => {
  const admission = makeAdmission({ ...options, ...given })
  const began: Array<string> = []
  const ends = new Map<string, Deferred.Deferred<void>>()
  const start = (name: string) => {
    const end = Deferred.makeUnsafe<void>()
    ends.set(name, end)
    const execution = Effect.andThen(
      Effect.sync(() => began.push(name)),
      Deferred.await(end)
    )
    const outcome = Effect.match(
      admission.run(party(name), () => execution),
      {
        onFailure: ({ reason }) => reason as string,
        onSuccess: () => "ran"
      }
    )
    return Effect.forkChild(outcome, { startImmediately: true })
  }
  const end = (name: string) => Deferred.succeed(ends.get(name) as Deferred.Deferred<void>, undefined)
  return { admission, began, start, end }
}

describe("Admission", () => {
  it.effect("lets as many run as it may, and the next one after them", () =>
    Effect.gen(function* () {
      const { began, end, start } = scene()
      const first = yield* start("a/1")
      yield* start("b/1")
      const third = yield* start("c/1")
      assert.deepEqual(began, ["a/1", "b/1"])
      yield* end("a/1")
      yield* Fiber.join(first)
      assert.deepEqual(began, ["a/1", "b/1", "c/1"])
      yield* end("c/1")
      assert.strictEqual(yield* Fiber.join(third), "ran")
    })
  )

  it.effect("keeps a place for others where an install or a tenant has its share", () =>
    Effect.gen(function* () {
      const { began, start } = scene({ concurrency: 4, concurrencyPerTenant: 3, concurrencyPerInstall: 2 })
      for (const name of ["a/1", "a/1", "a/1", "a/2", "a/2", "b/1"]) yield* start(name)
      assert.deepEqual(began, ["a/1", "a/1", "a/2", "b/1"])
    })
  )

  it.effect("gives a turn to whose tenant and install run least, whoever came first", () =>
    Effect.gen(function* () {
      const { began, end, start } = scene({ concurrency: 3, concurrencyPerTenant: 3, concurrencyPerInstall: 3 })
      for (const name of ["x/1", "a/1", "a/2", "a/2", "a/3", "b/1"]) yield* start(name)
      assert.deepEqual(began, ["x/1", "a/1", "a/2"])
      yield* end("x/1")
      yield* Effect.yieldNow
      assert.deepEqual(began.slice(3), ["b/1"])
      yield* end("b/1")
      yield* Effect.yieldNow
      assert.deepEqual(began.slice(4), ["a/3"])
    })
  )

  it.effect("lets as many wait as it may; then the youngest of who fills the queue gives way", () =>
    Effect.gen(function* () {
      const { admission, start } = scene({ concurrency: 1, queueLength: 3 })
      yield* start("a/1")
      const other = yield* start("b/1")
      const older = yield* start("a/1")
      const younger = yield* start("a/1")
      assert.strictEqual(admission.waiting(), 3)
      yield* start("a/2")
      assert.strictEqual(yield* Fiber.join(younger), "overloaded")
      const youngest = yield* start("a/1")
      assert.strictEqual(yield* Fiber.join(youngest), "overloaded")
      assert.strictEqual(admission.waiting(), 3)
      yield* Fiber.interrupt(older)
      yield* Fiber.interrupt(other)
      assert.strictEqual(admission.waiting(), 1)
    })
  )

  it.effect("gives back the turn of an execution that is interrupted", () =>
    Effect.gen(function* () {
      const { admission, began, start } = scene({ concurrency: 1 })
      const running = yield* start("a/1")
      yield* start("b/1")
      yield* Fiber.interrupt(running)
      assert.deepEqual(began, ["a/1", "b/1"])
      assert.strictEqual(admission.running(), 1)
    })
  )

  it.effect("refuses who waits and who comes once it is closed, and is closed when nothing runs", () =>
    Effect.gen(function* () {
      const { admission, end, start } = scene({ concurrency: 1 })
      const running = yield* start("a/1")
      const waiting = yield* start("b/1")
      const closing = yield* Effect.forkChild(admission.close, { startImmediately: true })
      assert.strictEqual(yield* Fiber.join(waiting), "unavailable")
      assert.strictEqual(yield* Fiber.join(yield* start("c/1")), "unavailable")
      assert.isUndefined(closing.pollUnsafe())
      yield* end("a/1")
      assert.strictEqual(yield* Fiber.join(running), "ran")
      yield* Fiber.join(closing)
    })
  )
})
