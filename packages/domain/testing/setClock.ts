import { Clock, Effect } from "effect"

/** The clock of a test, whose time of day somebody sets by so many milliseconds. Its timers and its steady time go on. */
export const makeSetClock = Effect.map(Clock.Clock, (clock) => {
  let difference = 0
  const currentTimeMillisUnsafe = () => clock.currentTimeMillisUnsafe() + difference
  const changed: Clock.Clock = Object.assign(Object.create(clock) as Clock.Clock, {
    currentTimeMillisUnsafe,
    currentTimeMillis: Effect.sync(currentTimeMillisUnsafe)
  })
  return {
    /** Sets it back, or ahead. */
    setBy: (milliseconds: number) =>
      Effect.sync(() => {
        difference += milliseconds
      }),
    /** Runs by this clock. */
    by: Effect.provideService(Clock.Clock, changed)
  }
})
