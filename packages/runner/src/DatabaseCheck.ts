import { DataSourceError } from "@alga-psa/ext-domain"
import { Context, Duration, Effect, Layer } from "effect"
import { SqlClient } from "effect/sql/SqlClient"

/** Says whether the database answers. */
export class DatabaseCheck extends Context.Service<
  DatabaseCheck,
  {
    /** Succeeds where a statement is answered at this moment. It reads no table. */
    readonly check: Effect.Effect<void, DataSourceError>
  }
>()("@alga-psa/ext-runner/DatabaseCheck") {}

const patience = Duration.seconds(5)

/** {@link DatabaseCheck} of the database behind the client. */
export const layer: Layer.Layer<DatabaseCheck, never, SqlClient> = Layer.effect(
  DatabaseCheck,
  Effect.map(SqlClient, (sql) => ({
    check: sql`SELECT 1`.pipe(
      Effect.timeout(patience),
      Effect.mapError(
        (cause) => new DataSourceError({ reason: "unavailable", operation: "DatabaseCheck.check", cause })
      ),
      Effect.asVoid
    )
  }))
)
