import { layerAdmin } from "@alga-psa/ext-adapters-pg/AdminClient"
import { PgClient } from "@effect/sql-pg"
import { Deferred, Effect, Fiber, Redacted, Schedule } from "effect"

/** Has whoever reads clients wait, so that an execution goes on until a test ends that. */
export const heldReads = (databaseUrl: string) => {
  const asAdmin = Effect.provide(layerAdmin(Redacted.make(databaseUrl)))
  return {
    /** Holds them; gives what ends that. */
    hold: Effect.gen(function* () {
      const held = yield* Deferred.make<void>()
      const released = yield* Deferred.make<void>()
      const holding = Effect.flatMap(PgClient.PgClient, (sql) =>
        sql`LOCK TABLE clients IN ACCESS EXCLUSIVE MODE`.pipe(
          Effect.andThen(Deferred.succeed(held, undefined)),
          Effect.andThen(Deferred.await(released)),
          sql.withTransaction
        )
      )
      const holder = yield* Effect.forkScoped(asAdmin(holding))
      yield* Effect.raceFirst(Deferred.await(held), Fiber.join(holder))
      return Effect.andThen(Deferred.succeed(released, undefined), Fiber.join(holder))
    }),
    /** Waits until so many are held. */
    waiting: (count: number) =>
      Effect.flatMap(PgClient.PgClient, (sql) =>
        Effect.repeat(
          sql`SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`,
          { until: (found) => found.length === count, schedule: Schedule.spaced("50 millis") }
        )
      ).pipe(asAdmin, Effect.asVoid)
  }
}
