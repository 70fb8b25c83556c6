import { assert, layer } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { coreGuest } from "./support/Guests.ts"
import { run, sandboxOf } from "./support/Run.ts"

const rounds = 40

const options = { concurrency: 4, concurrencyPerInstall: 2, queueLength: 8 }

/** Longer than any test: what ends before is not waited for. */
const limits = { timeoutMs: 3_600_000, cpuMs: 3_600_000 }

layer(sandboxOf(options), { excludeTestServices: true, timeout: "60 seconds" })("Fairness", (it) => {
  it.effect("answers others, time after time, while one install loops for ever in all its requests", () =>
    Effect.gen(function* () {
      const looping = Effect.match(run(coreGuest("loop-forever"), { installId: "loud", limits }), {
        onFailure: (error) => (error as { readonly reason: string }).reason,
        onSuccess: () => "answered"
      })
      const loops = yield* Effect.forEach(Array.from({ length: 14 }), () => Effect.forkChild(looping))
      for (let i = 0; i < rounds; i++) {
        yield* run(coreGuest("keep-global"), { tenantId: "quiet", installId: "quiet", limits })
      }
      const waiting = loops.filter((loop) => loop.pollUnsafe() === undefined)
      assert.lengthOf(waiting, options.concurrencyPerInstall + options.queueLength)
      for (const loop of waiting) yield* Fiber.interrupt(loop)
      const refused = yield* Effect.forEach(
        loops.filter((loop) => !waiting.includes(loop)),
        Fiber.join
      )
      assert.deepEqual([...new Set(refused)], ["overloaded"])
    })
  )
})
