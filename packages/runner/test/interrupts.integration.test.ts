import { ids } from "@alga-psa/ext-adapters-memory"
import { testDatabase } from "@alga-psa/ext-adapters-pg/testing/TestDatabase"
import { interruptSomeSteps } from "@alga-psa/ext-domain/testing/interruptEveryStep"
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Layer, Logger } from "effect"
import { Idempotency } from "../src/Idempotency.ts"
import * as PgIdempotency from "../src/PgIdempotency.ts"

const silent = Effect.provide(Logger.layer([]))

describe("a request with an idempotency key, interrupted at steps that a seed chooses", () => {
  it.live(
    "runs once, and its answer is there for who asks again",
    () =>
      Effect.gen(function* () {
        const url = yield* testDatabase
        const idempotency = Context.get(yield* Layer.build(PgIdempotency.layer({ url })), Idempotency)
        assert(idempotency !== null)
        let number = 0
        let runs = 0
        const once = Effect.suspend(() =>
          idempotency.once(
            { tenant: ids.tenants.acme, install: ids.installs.full, key: `key-${number}`, fingerprint: "f" },
            {
              run: Effect.sync(() => ({ response: { status: 200 + ++runs, headers: {} }, used: null })),
              mayHave: () => Effect.void
            }
          )
        )
        const steps = yield* interruptSomeSteps(once, { count: 60, seed: "keys" }, () =>
          Effect.gen(function* () {
            const first = yield* once
            const second = yield* once
            assert.isTrue(second.replayed)
            assert.deepStrictEqual([second.response, runs], [first.response, 1])
            number += 1
            runs = 0
          })
        )
        assert.isAbove(steps, 10)
      }).pipe(silent),
    300_000
  )
})
