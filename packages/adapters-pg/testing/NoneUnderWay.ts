import { PgClient } from "@effect/sql-pg"
import { Effect, Schedule } from "effect"

/** Waits until no other session of the database is in the middle of a transaction or a statement. */
export const noneUnderWay = Effect.flatMap(PgClient.PgClient, (sql) =>
  Effect.repeat(
    sql`
      SELECT FROM pg_stat_activity
      WHERE datname = current_database() AND pid <> pg_backend_pid() AND state NOT IN ('idle', 'disabled')`,
    { until: (found) => found.length === 0, schedule: Schedule.spaced("20 millis") }
  )
)
