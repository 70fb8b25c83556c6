import { TwinData } from "@alga-psa/ext-adapters-memory/contract/TwinDatabase"
import { dataset } from "@alga-psa/ext-adapters-memory/Dataset"
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer } from "effect"
import { createTables, load } from "../src/Fixture.ts"

/** Keys that leave the tenant out. A database that is distributed by tenant cannot have them. */
const keysWithoutTenant = [
  "ALTER TABLE clients DROP CONSTRAINT clients_client_id_unique",
  "ALTER TABLE service_types DROP CONSTRAINT service_types_pkey"
]

const dropForeignKeys = `
  DO $$
  DECLARE found record;
  BEGIN
    FOR found IN SELECT conrelid::regclass AS relation, conname FROM pg_constraint WHERE contype = 'f' LOOP
      EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', found.relation, found.conname);
    END LOOP;
  END $$`

/** The tables, without what keeps two tenants from having the same ids or a row from naming another that is not there. */
export const createTwinTables = Effect.flatMap(PgClient.PgClient, (sql) =>
  Effect.andThen(
    createTables,
    Effect.forEach([dropForeignKeys, ...keysWithoutTenant], (statement) => sql.unsafe(statement).unprepared, {
      discard: true
    })
  )
)

const emptied = Object.keys(dataset())
  .map((table) => `emptied_${table} AS (DELETE FROM ${table})`)
  .join(", ")

/** Fills the tables of {@link createTwinTables}. */
export const layerTwinData = Layer.effect(
  TwinData,
  Effect.map(PgClient.PgClient, (sql) =>
    TwinData.of({
      replace: (rows) =>
        sql`WITH ${sql.literal(emptied)} SELECT`.pipe(
          Effect.andThen(load(rows)),
          sql.withTransaction,
          Effect.provideService(PgClient.PgClient, sql),
          Effect.orDie
        )
    })
  )
)
