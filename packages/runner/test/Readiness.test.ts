import { Sandbox } from "@alga-psa/ext-adapters-wit"
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Fiber, Layer } from "effect"
import { TestClock } from "effect/testing"
import { BundleStore } from "../src/BundleStore.ts"
import { DatabaseCheck } from "../src/DatabaseCheck.ts"
import { layer as life } from "../src/Life.ts"
import { layer, Readiness } from "../src/Readiness.ts"

const stuck = Effect.uninterruptible(Effect.never)

describe("Readiness", () => {
  it.effect("answers in two seconds also where what it asks is stuck and cannot be interrupted", () =>
    Effect.gen(function* () {
      const parts = Layer.mergeAll(
        Layer.succeed(DatabaseCheck, { check: stuck }),
        Layer.mock(BundleStore, { check: stuck }),
        Layer.mock(Sandbox, { check: stuck }),
        life
      )
      const services = yield* Layer.build(Layer.provide(layer("/"), parts))
      const asking = yield* Effect.forkChild(Context.get(services, Readiness).report)
      yield* TestClock.adjust("2 seconds")
      const { checks, status } = yield* Fiber.join(asking)
      assert.strictEqual(status, "not-ready")
      assert.deepInclude(checks, { database: "unavailable", store: "unavailable", sandbox: "unavailable" })
    })
  )
})
