import { assert, layer } from "@effect/vitest"
import { Effect, Metric } from "effect"
import { coreGuest } from "./support/Guests.ts"
import { run, sandboxOf } from "./support/Run.ts"

const refusals = Effect.map(Metric.snapshot, (metrics) =>
  metrics
    .filter(({ id }) => id === "alga_extension_sandbox_memory_refused_total")
    .map(({ state }) => (state as { readonly count: number }).count)
)

const ask = (pages: number) =>
  Effect.match(run(coreGuest("cope-without-memory"), { limits: { memoryMb: 16 }, body: new Uint8Array(pages) }), {
    onFailure: (error) => ("reason" in error ? error.reason : error._tag),
    onSuccess: ({ status }) => String(status)
  })

layer(sandboxOf(), { excludeTestServices: true })("A guest that is refused memory", (it) => {
  it.effect("is answered where it gets over that, which is counted, and one that gets its memory is not", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* ask(20), "200")
      assert.deepEqual(yield* refusals, [])
      assert.strictEqual(yield* ask(60_000), "200")
      assert.deepEqual(yield* refusals, [1])
    }).pipe(Effect.provideService(Metric.MetricRegistry, new Map()))
  )

  it.effect("is not said to lack memory when it traps in a request after that", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* ask(60_000), "200")
      assert.strictEqual(yield* ask(1), "trap")
    })
  )
})
