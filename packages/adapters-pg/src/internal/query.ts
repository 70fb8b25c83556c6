import type { DataSourceError } from "@alga-psa/ext-domain/DataSourceError"
import { Effect, Schema } from "effect"
import type { SqlError } from "effect/sql/SqlError"
import { ReadTimeout } from "../ReadTimeout.ts"
import { answeredWithin } from "./answeredWithin.ts"
import { fromSchemaError, fromSqlError, tooLate } from "./failure.ts"
import { metered } from "./meters.ts"
import { makeResend, noResend, ResendsStatements } from "./resend.ts"

/**
 * Runs statements for the ports: in bounded time, once more when the connection was lost, rows checked against a schema,
 * failures as the ports' own.
 */
export const makeQuery = Effect.map(
  Effect.all([
    ReadTimeout,
    Effect.flatMap(ResendsStatements, (resends) => (resends ? makeResend : Effect.succeed(noResend)))
  ]),
  ([duration, resend]) =>
    <Row extends Schema.ConstraintDecoder<unknown>>(operation: string, row: Row) => {
      const decode = Schema.decodeUnknownEffect(Schema.Array(row))
      const late = Effect.suspend(() => Effect.fail(tooLate(operation)))
      return (
        statement: Effect.Effect<ReadonlyArray<unknown>, SqlError>
      ): Effect.Effect<ReadonlyArray<Row["Type"]>, DataSourceError> =>
        resend(
          operation,
          Effect.mapError(statement, (error) => fromSqlError(operation, error))
        ).pipe(
          answeredWithin(duration, late),
          metered,
          Effect.flatMap((rows) => Effect.mapError(decode(rows), (error) => fromSchemaError(operation, error)))
        )
    }
)
