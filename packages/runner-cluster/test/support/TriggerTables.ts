import { layerAdmin } from "@alga-psa/ext-adapters-pg/AdminClient"
import { RoleName } from "@alga-psa/ext-adapters-pg/RoleName"
import { testDatabase } from "@alga-psa/ext-adapters-pg/testing/TestDatabase"
import { adminCase, type DemoCase, executeBody } from "@alga-psa/ext-development-host/DemoCase"
import { ExecuteRequest } from "@alga-psa/ext-runner/ExecuteRequest"
import { Effect, Layer, Redacted, Schema } from "effect"
import * as ClusterDatabase from "../../src/ClusterDatabase.ts"
import * as ClusterTables from "../../src/ClusterTables.ts"
import { layer as triggerStore } from "../../src/TriggerStore.ts"

/** The address of a new database with the cluster's tables, for the login that owns it. */
export const clusterTables = Effect.tap(testDatabase, (url) =>
  Effect.provide(ClusterTables.apply(RoleName.make(new URL(Redacted.value(url)).username)), layerAdmin(url))
)

/** The store of triggers in the database at this address. */
export const storeAt = (url: Redacted.Redacted) => Layer.provideMerge(triggerStore, ClusterDatabase.layer(url))

/** The store of triggers in a new database. */
export const newStore = Layer.unwrap(Effect.map(clusterTables, storeAt))

/** A request that a schedule makes. */
export const scheduledRequest = (of: Partial<DemoCase> = {}) =>
  Schema.decodeUnknownSync(ExecuteRequest)(
    executeBody({ ...adminCase, user: null, trigger: "schedule", ...of }, "0".repeat(64))
  )
