import { ContractData } from "@alga-psa/ext-adapters-memory/contract/ContractData"
import { layerGuardedReads } from "@alga-psa/ext-domain/GuardedReads"
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer } from "effect"
import { createTables, load } from "../src/Fixture.ts"
import { layerEmbedded } from "../src/PgEmbedded.ts"
import { layer } from "../src/PgPorts.ts"
import { layerServer } from "../src/PgServer.ts"
import { testDatabase } from "../src/testing/TestDatabase.ts"

const layerTables = Layer.effectDiscard(createTables)

const layerData = Layer.effect(
  ContractData,
  Effect.map(PgClient.PgClient, (sql) =>
    ContractData.of({ load: (rows) => Effect.orDie(Effect.provideService(load(rows), PgClient.PgClient, sql)) })
  )
)

const adapter = Layer.provideMerge(layerGuardedReads, layer)

/** The adapter on a database of its own on the run's server: it reads through the read-only client. */
export const onServer = Layer.unwrap(
  Effect.map(testDatabase, (url) => {
    const writable = PgClient.layer({ url })
    const data = layerData.pipe(Layer.provideMerge(layerTables), Layer.provide(writable))
    return Layer.merge(Layer.provide(adapter, layerServer({ url })), data)
  })
)

/** The adapter on an embedded database of its own. */
export const onEmbedded = Layer.merge(adapter, Layer.provideMerge(layerData, layerTables)).pipe(
  Layer.provideMerge(layerEmbedded())
)
