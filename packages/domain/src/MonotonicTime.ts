import { Clock, Effect } from "effect"

const nanosPerMilli = 1e6

/** As {@link monotonicMillis}, of a clock that is at hand. */
export const monotonicMillisOf = (clock: Clock.Clock): number =>
  Number(clock.monotonicTimeNanosUnsafe()) / nanosPerMilli

/** Milliseconds of a clock that nobody sets. Ages are counted by it: the time of day may be set ahead or back. */
export const monotonicMillis: Effect.Effect<number> = Effect.map(
  Clock.monotonicTimeNanos,
  (nanos) => Number(nanos) / nanosPerMilli
)
