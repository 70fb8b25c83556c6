import { Context, Effect } from "effect"
import { wasLost } from "./failure.ts"

/** How many reads may be sent again in a row: as many as share one connection. */
const allowance = 32

/** What an answered read adds to the allowance: one read sent again for ten answered. */
const earned = 0.1

/**
 * Whether a read is sent again by whoever runs its statement. Default: true. Not within a transaction, which ended with its
 * connection and is what has to be sent again.
 */
export const ResendsStatements = Context.Reference<boolean>("@alga-psa/ext-adapters-pg/ResendsStatements", {
  defaultValue: () => true
})

/** Leaves a read as it is. */
export const noResend: Resend = (_, read) => read

/** Sends the read of an operation once more where that may help. */
export type Resend = <A, E, R>(operation: string, read: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>

/**
 * Sends a read once more, and only once, when its connection was lost: the server restarted, a backend was ended, a proxy
 * gave up. That is safe, because reads change nothing, and useful, because the next connection is usually good.
 *
 * Nothing else is sent again: a server that refuses connections, is full or answers too late is not helped by more
 * of them. A server that keeps losing connections gets no more than 32 reads again, and then one for every ten that it
 * answered.
 */
export const makeResend: Effect.Effect<Resend> = Effect.sync(() => {
  let left = allowance
  const answered = Effect.sync(() => {
    left = Math.min(allowance, left + earned)
  })
  return (operation, read) =>
    read.pipe(
      Effect.tap(answered),
      Effect.catchIf(
        (error) => wasLost(error) && left >= 1,
        () => {
          left -= 1
          return Effect.andThen(
            Effect.annotateLogs(Effect.logWarning("the connection was lost; the read is sent once more"), {
              operation
            }),
            read
          )
        }
      )
    )
})
