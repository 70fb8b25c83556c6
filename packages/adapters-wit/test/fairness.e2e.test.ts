import { assert, layer } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { coreGuest } from "./support/Guests.ts"
import { run, sandboxOf } from "./support/Run.ts"

const rounds = 40

const median = (times: Array<number>): number => times.sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0

const latency = Effect.gen(function* () {
  const times: Array<number> = []
  for (let i = 0; i < rounds; i++) {
    const started = performance.now()
    yield* run(coreGuest("keep-global"), { tenantId: "quiet", installId: "quiet" })
    times.push(performance.now() - started)
  }
  return median(times)
})

const options = { concurrency: 4, concurrencyPerInstall: 2, queueLength: 8 }

layer(sandboxOf(options), { excludeTestServices: true, timeout: "60 seconds" })("Fairness", (it) => {
  it.effect("leaves others at their latency while one install loops for ever in all its requests", () =>
    Effect.gen(function* () {
      yield* latency
      const before = yield* latency
      const looping = Effect.match(
        run(coreGuest("loop-forever"), { installId: "loud", limits: { timeoutMs: 8_000 } }),
        {
          onFailure: (error) => (error as { readonly reason: string }).reason,
          onSuccess: () => "answered"
        }
      )
      const loops = yield* Effect.forEach(Array.from({ length: 14 }), () => Effect.forkChild(looping))
      const during = yield* latency
      const waiting = loops.filter((loop) => loop.pollUnsafe() === undefined)
      assert.isAtLeast(waiting.length, options.concurrencyPerInstall)
      assert.isBelow(during, Math.max(before, 1) * 8)
      for (const loop of waiting) yield* Fiber.interrupt(loop)
      const refused = (yield* Effect.forEach(
        loops.filter((loop) => !waiting.includes(loop)),
        Fiber.join
      )) as ReadonlyArray<string>
      assert.deepEqual([...new Set(refused)], ["overloaded"])
      assert.lengthOf(refused, 14 - options.concurrencyPerInstall - options.queueLength)
    })
  )
})
