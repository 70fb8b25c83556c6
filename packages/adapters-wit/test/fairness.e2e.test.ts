import { assert, layer } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { coreGuest } from "./support/Guests.ts"
import { longMs, run, sandboxOf } from "./support/Run.ts"

const rounds = 40

const options = { concurrency: 4, concurrencyPerInstall: 2, queueLength: 8 }

/** What ends before is not waited for. */
const limits = { cpuMs: longMs }

layer(sandboxOf(options), { excludeTestServices: true })("Fairness", (it) => {
  it.effect("answers others, time after time, while one install loops for ever in all its requests", () =>
    Effect.gen(function* () {
      const looping = Effect.match(run(coreGuest("loop-forever"), { installId: "loud", limits }), {
        onFailure: (error) => (error as { readonly reason: string }).reason,
        onSuccess: () => "answered"
      })
      const loops = yield* Effect.forEach(Array.from({ length: 14 }), () => Effect.forkChild(looping))
      const left = () => loops.filter((loop) => loop.pollUnsafe() === undefined)
      const most = options.concurrencyPerInstall + options.queueLength
      // Those beyond are refused once all have come.
      while (left().length > most) yield* Effect.sleep(5)
      for (let i = 0; i < rounds; i++) {
        yield* run(coreGuest("keep-global"), { tenantId: "quiet", installId: "quiet", limits })
      }
      const waiting = left()
      assert.lengthOf(waiting, most)
      for (const loop of waiting) yield* Fiber.interrupt(loop)
      const refused = yield* Effect.forEach(
        loops.filter((loop) => !waiting.includes(loop)),
        Fiber.join
      )
      assert.deepEqual([...new Set(refused)], ["overloaded"])
    })
  )
})
