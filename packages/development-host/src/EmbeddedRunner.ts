import { type Dataset, seed } from "@alga-psa/ext-adapters-memory"
import * as Postgres from "@alga-psa/ext-adapters-pg"
import * as Fixture from "@alga-psa/ext-adapters-pg/Fixture"
import { layerEmbedded } from "@alga-psa/ext-adapters-pg/PgEmbedded"
import * as DatabaseCheck from "@alga-psa/ext-runner/DatabaseCheck"
import { layerRunner, type RunnerOptions } from "@alga-psa/ext-runner/Runner"
import { Effect, Layer } from "effect"

/** A runner on an empty embedded PostgreSQL in memory, and the client of that database. */
export const layerEmbeddedRunner = (options: RunnerOptions) =>
  layerRunner(options).pipe(
    Layer.provideMerge(DatabaseCheck.layer),
    Layer.provideMerge(Postgres.layer),
    Layer.provideMerge(layerEmbedded())
  )

/** Builds Alga's tables in the current database and fills them. Default: with the seed, whose extensions have this bundle. */
export const seedDatabase = (contentHash: string, rows: Dataset = seed({ contentHash })) =>
  Effect.andThen(Fixture.createTables, Fixture.load(rows))
