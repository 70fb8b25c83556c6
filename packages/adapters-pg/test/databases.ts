import { ContractData } from "@alga-psa/ext-adapters-memory/contract/ContractData"
import { layerGuardedCalls } from "@alga-psa/ext-adapters-memory/contract/TwinDatabase"
import { seed } from "@alga-psa/ext-adapters-memory/Seed"
import { layerGuardedReads } from "@alga-psa/ext-domain/GuardedReads"
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer } from "effect"
import { layerAdmin } from "../src/AdminClient.ts"
import { createTables, load } from "../src/Fixture.ts"
import { layerEmbedded } from "../src/PgEmbedded.ts"
import { layer } from "../src/PgPorts.ts"
import { layerByTenant } from "../src/PgPortsByTenant.ts"
import { layerServer } from "../src/PgServer.ts"
import * as TenantPolicies from "../src/TenantPolicies.ts"
import { partitionByTenant } from "../testing/PartitionedTables.ts"
import { testDatabase } from "../testing/TestDatabase.ts"
import { createTwinTables, layerTwinData } from "../testing/TwinTables.ts"
import { reader } from "./reader.ts"

const layerTables = Layer.effectDiscard(createTables)

const layerContractData = Layer.effect(
  ContractData,
  Effect.map(PgClient.PgClient, (sql) =>
    ContractData.of({ load: (rows) => Effect.orDie(Effect.provideService(load(rows), PgClient.PgClient, sql)) })
  )
)

const layerData = Layer.merge(layerContractData, layerTwinData)

const adapter = Layer.provideMerge(layerGuardedReads, layer)

const onServerWith = <E>(tables: Effect.Effect<void, E, PgClient.PgClient>) =>
  Layer.unwrap(
    Effect.map(testDatabase, (url) => {
      const writable = PgClient.layer({ url })
      const data = layerData.pipe(Layer.provideMerge(Layer.effectDiscard(tables)), Layer.provide(writable))
      return Layer.merge(Layer.provide(adapter, layerServer({ url })), data)
    })
  )

/** The adapter on a database of its own on the run's server: it reads through the read-only client. */
export const onServer = onServerWith(createTables)

/** As {@link onServer}, its tables in partitions by tenant. */
export const onPartitionedServer = onServerWith(Effect.andThen(createTables, partitionByTenant))

/** As {@link onServer}, connected as the reading login, which may do nothing else. */
export const onServerAsReader = Layer.unwrap(
  Effect.gen(function* () {
    const url = yield* testDatabase
    yield* Effect.provide(createTables, PgClient.layer({ url }))
    const login = yield* reader(url)
    const data = Layer.provide(layerData, PgClient.layer({ url }))
    return Layer.merge(Layer.provide(adapter, layerServer({ url: login.url })), data)
  })
)

const onServerByTenantWith = <E>(tables: Effect.Effect<void, E, PgClient.PgClient>) =>
  Layer.unwrap(
    Effect.gen(function* () {
      const url = yield* testDatabase
      yield* Effect.provide(tables, PgClient.layer({ url }))
      const login = yield* reader(url)
      yield* Effect.provide(TenantPolicies.apply({ reader: login.name, unrestricted: [] }), layerAdmin(url))
      const data = Layer.provide(layerData, PgClient.layer({ url }))
      const byTenant = Layer.provideMerge(layerGuardedReads, layerByTenant)
      return Layer.merge(Layer.provide(byTenant, layerServer({ url: login.url })), data)
    })
  )

/** As {@link onServerAsReader}, with row level security on, and the tenant told in every transaction. */
export const onServerByTenant = onServerByTenantWith(createTables)

/** A database of its own on the run's server, these tables with the seed in it, and a client that may write. */
export const seededServer = <E>(tables: Effect.Effect<void, E, PgClient.PgClient>) =>
  Layer.unwrap(
    Effect.map(testDatabase, (url) => {
      const filled = Effect.andThen(tables, load(seed({ contentHash: "a".repeat(64) })))
      return Layer.provideMerge(Layer.effectDiscard(filled), layerAdmin(url))
    })
  )

/** The adapter on an embedded database of its own. */
export const onEmbedded = Layer.merge(adapter, Layer.provideMerge(layerData, layerTables)).pipe(
  Layer.provideMerge(layerEmbedded())
)

/** As {@link onServer}, with tables in which tenants may have the same ids. */
export const twinsOnServer = Layer.provideMerge(layerGuardedCalls, onServerWith(createTwinTables))

/** As {@link onServerByTenant}, with tables in which tenants may have the same ids. */
export const twinsOnServerByTenant = Layer.provideMerge(layerGuardedCalls, onServerByTenantWith(createTwinTables))

/** As {@link onEmbedded}, with tables in which tenants may have the same ids. */
export const twinsOnEmbedded = layerGuardedCalls.pipe(
  Layer.provideMerge(adapter),
  Layer.provideMerge(Layer.provideMerge(layerTwinData, Layer.effectDiscard(createTwinTables))),
  Layer.provideMerge(layerEmbedded())
)
