import type { DatabaseAddress } from "@alga-psa/ext-adapters-pg/DatabaseAddress"
import { databaseFitness, type Wanted } from "@alga-psa/ext-adapters-pg/DatabaseFitness"
import { DataSourceError } from "@alga-psa/ext-domain"
import { Context, Duration, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql/SqlClient"

/** The database answers, and is not one that the runner can serve from. The message says which it is, and what to do. */
export class DatabaseUnfit extends Schema.TaggedError<DatabaseUnfit>()("DatabaseUnfit", {
  message: Schema.String,
  /** Whether nothing may be read: its sessions are not bound as they must be. */
  mayNotServe: Schema.Boolean
}) {}

/** Says whether the database can serve. */
export class DatabaseCheck extends Context.Service<
  DatabaseCheck,
  {
    /**
     * Succeeds where a statement is answered at this moment and, where that is looked at, the database is Alga's, readable by
     * this login, and its sessions are bound. It reads no row.
     */
    readonly check: Effect.Effect<void, DataSourceError | DatabaseUnfit>
  }
>()("@alga-psa/ext-runner/DatabaseCheck") {}

const patience = Duration.seconds(5)

/** How long a check of a database may take whose hosts have so long each to be ready: all of them, and then the answer. */
export const longestCheck = ({ connectTimeout, hosts }: DatabaseAddress, each: Duration.Duration): Duration.Duration =>
  Duration.sum(Duration.times(connectTimeout ?? each, hosts.length), patience)

/** {@link DatabaseCheck} of the database behind the client, whatever is in it. */
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

/** {@link DatabaseCheck} of the database behind the client, with all that this runner wants of it, in so long at most. */
export const layerOf = (
  wanted: Wanted,
  longest: Duration.Duration = patience
): Layer.Layer<DatabaseCheck, never, SqlClient> =>
  Layer.effect(
    DatabaseCheck,
    Effect.map(SqlClient, (sql) => ({
      check: databaseFitness(wanted).pipe(
        Effect.provideService(SqlClient, sql),
        Effect.timeout(longest),
        Effect.mapError(
          (cause) => new DataSourceError({ reason: "unavailable", operation: "DatabaseCheck.check", cause })
        ),
        Effect.flatMap(({ data, session }) => {
          const message = session ?? data
          return message === null
            ? Effect.void
            : Effect.fail(new DatabaseUnfit({ message, mayNotServe: session !== null }))
        })
      )
    }))
  )
