import { twins } from "@alga-psa/ext-adapters-memory/contract/Twins"
import { layer as layerPorts } from "@alga-psa/ext-adapters-pg/PgPorts"
import { layerServer } from "@alga-psa/ext-adapters-pg/PgServer"
import { testDatabase } from "@alga-psa/ext-adapters-pg/testing/TestDatabase"
import { createTwinTables, layerTwinData } from "@alga-psa/ext-adapters-pg/testing/TwinTables"
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer } from "effect"
import { layerRelayCalls } from "./support/RelayCalls.ts"
import { layerTestRunner } from "./support/TestRunner.ts"

const database = Layer.unwrap(
  Effect.map(testDatabase, (url) => {
    const data = layerTwinData.pipe(Layer.provideMerge(Layer.effectDiscard(createTwinTables)))
    return Layer.merge(Layer.provide(layerPorts, layerServer({ url })), Layer.provide(data, PgClient.layer({ url })))
  })
)

twins(
  "a component in the sandbox over a PostgreSQL server",
  layerRelayCalls.pipe(Layer.provide(layerTestRunner), Layer.provideMerge(database))
)
