import type { TenantId } from "@alga-psa/ext-domain/Identifiers"
import { Duration, Effect } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { isSqlError } from "effect/sql/SqlError"
import { ReadTimeout } from "../ReadTimeout.ts"
import { answeredWithin } from "./answeredWithin.ts"
import { fromSqlError, tooLate } from "./failure.ts"
import { meteredWait } from "./meters.ts"
import { makeResend } from "./resend.ts"

const patience = Duration.seconds(5)

/**
 * Runs a port's read in a transaction whose setting `alga.tenant` is the tenant, on a connection that nothing else uses
 * meanwhile. The setting ends with the transaction, and every way out of it ends it.
 *
 * A transaction whose connection was lost is carried out once more, as a whole, on another one. The caller waits for the answer and no longer than {@link ReadTimeout}: the connection is put right behind its back.
 */
export const makeTenantTransaction = Effect.gen(function* () {
  const sql = yield* SqlClient
  const duration = yield* ReadTimeout
  const resend = yield* makeResend

  const transaction = <A, E, R>(tenant: TenantId, read: Effect.Effect<A, E, R>) =>
    Effect.gen(function* () {
      const connection = yield* meteredWait(sql.reserve)
      const run = (statement: string, values: ReadonlyArray<unknown> = []) =>
        connection.execute(statement, values, undefined)
      const rollback = Effect.ignore(Effect.timeout(Effect.interruptible(run("ROLLBACK")), patience))
      return yield* run("BEGIN READ ONLY").pipe(
        Effect.andThen(run("SELECT set_config('alga.tenant', $1, true)", [tenant])),
        Effect.andThen(Effect.provideService(read, sql.transactionService, [connection, 0])),
        Effect.tap(run("COMMIT")),
        Effect.onError(() => rollback)
      )
    }).pipe(Effect.scoped)

  return <A, E, R>(operation: string, tenant: TenantId, read: Effect.Effect<A, E, R>) =>
    resend(
      operation,
      Effect.catchIf(transaction(tenant, read), isSqlError, (error) => Effect.fail(fromSqlError(operation, error)))
    ).pipe(
      answeredWithin(
        duration,
        Effect.suspend(() => Effect.fail(tooLate(operation)))
      )
    )
})
