import { layerAdmin } from "@alga-psa/ext-adapters-pg/AdminClient"
import { holdClients } from "@alga-psa/ext-adapters-pg/testing/HeldClients"
import { PgClient } from "@effect/sql-pg"
import { Effect, Redacted } from "effect"
import { askUntil } from "./AskUntil.ts"

/** Has whoever reads clients wait, so that an execution goes on until a test ends that. */
export const heldReads = (databaseUrl: string) => {
  const admin = layerAdmin(Redacted.make(databaseUrl))
  return {
    /** Holds them; gives what ends that. */
    hold: holdClients(admin),
    /** Waits until so many are held. */
    waiting: (count: number) =>
      Effect.flatMap(PgClient.PgClient, (sql) =>
        askUntil(
          sql`SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`,
          (found) => found.length === count
        )
      ).pipe(Effect.provide(admin), Effect.asVoid)
  }
}
