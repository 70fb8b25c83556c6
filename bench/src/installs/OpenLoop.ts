import { Effect, Fiber } from "effect"

/** What came of calls at a rate: how long each took from when it was due, in milliseconds, and how many failed. */
export interface OpenLoop {
  readonly durations: ReadonlyArray<number>
  readonly failed: number
}

/**
 * Makes calls at a rate for so many milliseconds, whether those before are answered or not, as callers do that know nothing of
 * each other. The time between two is random. A call that begins late counts from when it was due.
 */
export const openLoop = <E, R>(
  draw: () => Effect.Effect<unknown, E, R>,
  perSecond: number,
  milliseconds: number,
  next: () => number
): Effect.Effect<OpenLoop, never, R> =>
  Effect.gen(function* () {
    const durations: Array<number> = []
    let failed = 0
    const begin = performance.now()
    const calls: Array<Fiber.Fiber<void>> = []
    for (let due = begin; due - begin < milliseconds; due += (-Math.log(1 - next()) * 1_000) / perSecond) {
      const early = due - performance.now()
      if (early > 0) yield* Effect.sleep(early)
      const at = due
      const call = Effect.match(draw(), {
        onFailure: () => {
          failed += 1
        },
        onSuccess: () => {
          durations.push(performance.now() - at)
        }
      })
      calls.push(yield* Effect.forkChild(call))
    }
    yield* Effect.forEach(calls, Fiber.join, { discard: true })
    return { durations, failed }
  })
