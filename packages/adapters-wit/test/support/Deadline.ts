import { setTimeout } from "node:timers/promises"
import { assert } from "@effect/vitest"
import { Effect, Fiber, Metric } from "effect"
import { TestClock } from "effect/testing"
import { processorTime } from "../../src/internal/host/processorTime.ts"
import { guestProcesses, longMs } from "./Run.ts"

const waits = "alga_extension_sandbox_wait_seconds"
const loopingMs = 200
const pause = Effect.promise(() => setTimeout(20))

/** Done when an execution, the first that counts in this registry of metrics, has its process. */
const hasProcess = Effect.repeat(Effect.andThen(pause, Metric.snapshot), {
  until: (metrics) => metrics.some(({ id }) => id === waits)
})

/** Done when a sandbox process has used the processor for long from now on, as far as that is told. */
export const usesProcessor: Effect.Effect<void> = Effect.gen(function* () {
  const before = new Map(guestProcesses().map((pid) => [pid, processorTime(pid)]))
  const loops = (pid: number): boolean => (processorTime(pid) ?? Infinity) - (before.get(pid) ?? 0) > loopingMs
  yield* Effect.repeat(pause, { until: () => guestProcesses().some(loops) })
})

/** Done when the execution has a process, and one uses the processor for longer than most starts do. */
export const isLooping: Effect.Effect<void> = Effect.andThen(hasProcess, usesProcessor)

/** Runs an execution on a clock that stands still until something has happened. Its deadline passes then, and no sooner. */
export const pastDeadline = <A, E, R>(
  execution: Effect.Effect<A, E, R>,
  milliseconds: number,
  happened: Effect.Effect<unknown>
): Effect.Effect<A, E, R> =>
  Effect.gen(function* () {
    const running = yield* Effect.forkChild(execution, { startImmediately: true })
    yield* happened
    yield* TestClock.adjust(milliseconds - 1)
    assert.isUndefined(running.pollUnsafe())
    yield* TestClock.adjust(1)
    // The process that is made ready for the next request may loop too, and a spare that is not ready by then is started again.
    return yield* Effect.ensuring(Fiber.join(running), TestClock.adjust(longMs + 2_000))
  }).pipe(Effect.provideService(Metric.MetricRegistry, new Map()), Effect.provide(TestClock.layer()))
