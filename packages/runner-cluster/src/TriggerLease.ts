import type { RunnerError } from "@alga-psa/ext-runner/RunnerError"
import { Clock, Duration, Effect, Option, Schedule } from "effect"

/**
 * Until when an attempt may go on, on this process's own clock. The database counts a lease from when it carries a statement
 * out: some time after it was asked, however late the answer. So what is counted here, from the question, ends first.
 */
const endOf = (lease: Duration.Duration, asked: bigint): bigint => asked + (Duration.toNanosUnsafe(lease) * 2n) / 3n

/** Whether an attempt whose lease was asked for then (monotonic, in nanoseconds) may no longer begin or go on. */
export const isOver = (lease: Duration.Duration, asked: bigint): Effect.Effect<boolean> =>
  Effect.map(Clock.monotonicTimeNanos, (now) => now >= endOf(lease, asked))

const rest = (end: bigint) => Effect.map(Clock.monotonicTimeNanos, (now) => Duration.nanos(now < end ? end - now : 0n))

/**
 * Renews a lease that was asked for then (monotonic, in nanoseconds) in each third of it. Ends when the attempt is no
 * longer this runner's, or a third of the lease before it may become another's.
 */
export const untilOver = (
  renew: Effect.Effect<boolean, RunnerError>,
  lease: Duration.Duration,
  asked: bigint
): Effect.Effect<void> =>
  Effect.gen(function* () {
    let from = asked
    for (;;) {
      yield* Effect.sleep(yield* rest(from + Duration.toNanosUnsafe(lease) / 3n))
      const time = yield* rest(endOf(lease, from))
      if (Duration.isZero(time)) return
      let latest = from
      const renewed = yield* Effect.flatMap(Clock.monotonicTimeNanos, (now) => {
        latest = now
        return renew
      }).pipe(Effect.retry(Schedule.spaced("200 millis")), Effect.timeoutOption(time), Effect.orDie)
      if (Option.isNone(renewed) || !renewed.value) return
      from = latest
    }
  })
