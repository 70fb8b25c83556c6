import { TenantId } from "@alga-psa/ext-domain"
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber } from "effect"
import { makeBoundedByTenant } from "../src/internal/http/boundedByTenant.ts"

const one = TenantId.make("a0000000-0001-4000-8000-000000000000")
const other = TenantId.make("a0000000-0002-4000-8000-000000000000")

describe("Work that is bounded by tenant", () => {
  it.effect("of one tenant waits beyond a number, is refused beyond another, and holds up nobody else", () =>
    Effect.gen(function* () {
      const bounded = makeBoundedByTenant({ concurrencyPerTenant: 2, queueLengthPerTenant: 1 })
      const gate = yield* Deferred.make<void>()
      let working = 0
      const work = Effect.sync(() => {
        working += 1
      }).pipe(Effect.andThen(Deferred.await(gate)), Effect.as("done"))
      const fibers = yield* Effect.forEach([1, 2, 3], () =>
        Effect.forkChild(bounded(one, work), { startImmediately: true })
      )
      assert.strictEqual(working, 2)
      const refused = yield* Effect.flip(bounded(one, work))
      assert.strictEqual(refused.code, "overloaded")
      assert.strictEqual(yield* bounded(other, Effect.succeed("other")), "other")
      yield* Deferred.succeed(gate, undefined)
      assert.deepStrictEqual(yield* Effect.forEach(fibers, Fiber.join), ["done", "done", "done"])
      assert.strictEqual(yield* bounded(one, work), "done")
    })
  )

  it.effect("gives its place back where it fails or is interrupted", () =>
    Effect.gen(function* () {
      const bounded = makeBoundedByTenant({ concurrencyPerTenant: 1, queueLengthPerTenant: 0 })
      yield* Effect.flip(bounded(one, Effect.fail("no")))
      yield* Fiber.interrupt(yield* Effect.forkChild(bounded(one, Effect.never), { startImmediately: true }))
      assert.strictEqual(yield* bounded(one, Effect.succeed("yes")), "yes")
    })
  )
})
