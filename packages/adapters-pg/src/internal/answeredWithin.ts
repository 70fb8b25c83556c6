import { after, leave, waitUnless } from "@alga-psa/ext-domain/WaitUnless"
import { Duration, Effect } from "effect"

/**
 * Waits for a read no longer than the duration, and not for its end if the caller is interrupted. A statement that is
 * given up is cancelled on the server, and its connection repaired, in the background. If the network is silent, that
 * takes seconds. An endless duration leaves the read as it is.
 */
export const answeredWithin =
  <B, E2>(duration: Duration.Duration, late: Effect.Effect<B, E2>) =>
  <A, E, R>(read: Effect.Effect<A, E, R>): Effect.Effect<A | B, E | E2, R> =>
    Duration.isFinite(duration)
      ? waitUnless<A, E, B, E2, never>({
          signal: after([() => Duration.toMillis(duration)]),
          late: (work) => Effect.andThen(leave(work), late),
          left: leave
        })(read)
      : read
