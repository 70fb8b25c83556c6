import { Effect } from "effect"
import type { SqlError } from "effect/sql/SqlError"
import { sqlState } from "./failure.ts"

/** How many reads may be sent again in a row: as many as share one connection. */
const allowance = 32

/** What an answered read adds to the allowance: one read sent again for ten answered. */
const earned = 0.1

const shutDown = new Set(["57P01", "57P02", "57P05"])

/** Whether a connection that was ready ended under the statement. Failing to connect is another matter. */
const wasLost = (error: SqlError): boolean =>
  error.reason.operation === "query" && (error.reason._tag === "ConnectionError" || shutDown.has(sqlState(error) ?? ""))

/**
 * Sends a read once more, and only once, when its connection was lost: the server restarted, a backend was ended, a proxy
 * gave up. That is safe, because reads change nothing, and useful, because the next connection is usually good.
 *
 * Nothing else is sent again: a server that refuses connections, is full or answers too late is not helped by more
 * of them. A server that keeps losing connections gets no more than 32 reads again, and then one for every ten that it
 * answered.
 */
export const makeResend = Effect.sync(() => {
  let left = allowance
  const answered = Effect.sync(() => {
    left = Math.min(allowance, left + earned)
  })
  return <A>(operation: string, read: Effect.Effect<A, SqlError>): Effect.Effect<A, SqlError> =>
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
