import { type Duration, Effect } from "effect"

/** Asks until the answer fits. It pauses in between: who asks all the time takes the processor from what it waits for. */
export const askUntil = <A, E, R>(
  ask: Effect.Effect<A, E, R>,
  fits: (answer: A) => boolean,
  pause: Duration.Input = "50 millis"
): Effect.Effect<A, E, R> =>
  Effect.flatMap(ask, (answer) =>
    fits(answer) ? Effect.succeed(answer) : Effect.delay(askUntil(ask, fits, pause), pause)
  )
