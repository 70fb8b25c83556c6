import { Clock, Duration, Effect, type Scope } from "effect"

/** {@link steadyMillis} of this clock. */
export const steadyMillisOf = (clock: Clock.Clock): number => Number(clock.monotonicTimeNanosUnsafe() / 1_000_000n)

/**
 * Milliseconds for what this process compares with each other: until when something holds, or how long it took. They never go
 * back, as the time of day does where somebody sets the computer's clock.
 */
export const steadyMillis: Effect.Effect<number> = Effect.map(Clock.Clock, steadyMillisOf)

/**
 * The effect, whose value is kept for so long for whoever asks; a failure is not kept. A timer ends it, since the age of a value
 * by the time of day may never come.
 */
export const keptFor =
  (duration: Duration.Input) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<Effect.Effect<A, E, R>, never, Scope.Scope> =>
    Effect.gen(function* () {
      const scope = yield* Effect.scope
      const later = Effect.andThen(
        Effect.sleep(duration),
        Effect.suspend(() => forget)
      )
      const kept: Effect.Effect<A, E, R> = Effect.tap(effect, () => Effect.forkIn(later, scope))
      const [asked, forget] = yield* Effect.cachedInvalidateWithTTL(kept, Duration.infinity)
      return Effect.onError(asked, () => forget)
    })
