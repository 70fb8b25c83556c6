import { Duration, Effect, Fiber } from "effect"

/**
 * Waits for a read no longer than the duration, and not for its end if the caller is interrupted. A statement that is
 * given up is cancelled on the server, and its connection repaired, in the background. If the network is silent, that
 * takes seconds. An endless duration leaves the read as it is.
 */
export const answeredWithin =
  <B, E2>(duration: Duration.Duration, late: Effect.Effect<B, E2>) =>
  <A, E, R>(read: Effect.Effect<A, E, R>): Effect.Effect<A | B, E | E2, R> =>
    Duration.isFinite(duration)
      ? Effect.uninterruptibleMask((restore) =>
          Effect.flatMap(Effect.forkDetach(Effect.interruptible(read)), (fiber) =>
            Fiber.join(fiber).pipe(
              Effect.timeoutOrElse({ duration, orElse: () => late }),
              restore,
              Effect.onError(() => Effect.forkDetach(Fiber.interrupt(fiber)))
            )
          )
        )
      : read
