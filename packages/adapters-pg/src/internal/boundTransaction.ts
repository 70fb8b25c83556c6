import { Duration, Effect, Layer } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { isSqlError } from "effect/sql/SqlError"
import { ReadTimeout } from "../ReadTimeout.ts"
import { ShortReads } from "../ShortReads.ts"
import { answeredWithin } from "./answeredWithin.ts"
import { fromSqlError, tooLate } from "./failure.ts"
import { meteredWait } from "./meters.ts"
import { makeResend, ResendsStatements } from "./resend.ts"

const patience = Duration.seconds(5)

/** What row level security lets a transaction read: a tenant's rows, or the install that is looked up and its tenant. */
export type Bound =
  | { readonly setting: "alga.tenant"; readonly value: string }
  | { readonly setting: "alga.lookup"; readonly value: string }

const statements: { readonly [Setting in Bound["setting"]]: string } = {
  "alga.tenant": "SELECT set_config('alga.tenant', $1, true)",
  "alga.lookup": "SELECT set_config('alga.lookup', $1, true)"
}

/**
 * Runs a port's read in a transaction that tells the database what the read is bound to, on a connection that nothing else
 * uses meanwhile. The setting ends with the transaction, and every way out of it ends it.
 *
 * A transaction whose connection was lost is carried out once more, as a whole, on another one. The caller waits for
 * the answer and no longer than {@link ReadTimeout}: the connection is repaired in the background.
 */
export const makeBoundTransaction = Effect.gen(function* () {
  const sql = yield* SqlClient
  const duration = yield* ReadTimeout
  const resend = yield* makeResend

  const transaction = <A, E, R>({ setting, value }: Bound, read: Effect.Effect<A, E, R>) =>
    Effect.gen(function* () {
      const connection = yield* meteredWait(sql.reserve)
      const run = (statement: string, values: ReadonlyArray<unknown> = []) =>
        connection.execute(statement, values, undefined)
      const rollback = Effect.ignore(Effect.timeout(Effect.interruptible(run("ROLLBACK")), patience))
      return yield* run("BEGIN READ ONLY").pipe(
        Effect.andThen(run(statements[setting], [value])),
        Effect.andThen(Effect.provideService(read, sql.transactionService, [connection, 0])),
        Effect.tap(run("COMMIT")),
        Effect.onError(() => rollback)
      )
    }).pipe(Effect.scoped)

  return <A, E, R>(operation: string, bound: Bound, read: Effect.Effect<A, E, R>) =>
    resend(
      operation,
      Effect.catchIf(transaction(bound, read), isSqlError, (error) => Effect.fail(fromSqlError(operation, error)))
    ).pipe(
      answeredWithin(
        duration,
        Effect.suspend(() => Effect.fail(tooLate(operation)))
      )
    )
})

/**
 * For effects that run in such a transaction: the statement stays on the connection, and the time limit and the second
 * try belong to the transaction.
 */
export const layerWithinTransaction = Layer.mergeAll(
  Layer.succeed(ResendsStatements, false),
  Layer.succeed(ShortReads, undefined),
  Layer.succeed(ReadTimeout, Duration.infinity)
)
