import type { CapabilityGate } from "@alga-psa/ext-domain/CapabilityGate"
import type { InstallLookup } from "@alga-psa/ext-domain/InstallLookup"
import type { RbacCheck } from "@alga-psa/ext-domain/RbacCheck"
import type { ResourceReader } from "@alga-psa/ext-domain/Resources"
import { Layer } from "effect"
import type { SqlClient } from "effect/sql/SqlClient"
import { layerCapabilityGate } from "./PgCapabilityGate.ts"
import { layerInstallLookup } from "./PgInstallLookup.ts"
import { layerRbacCheck } from "./PgRbacCheck.ts"
import { pgResources } from "./PgResources.ts"

/** Every port to the data, over Alga PSA's tables, on whichever PostgreSQL the client reaches. */
export const layer: Layer.Layer<ResourceReader | CapabilityGate | InstallLookup | RbacCheck, never, SqlClient> =
  Layer.mergeAll(
    layerCapabilityGate,
    layerInstallLookup,
    layerRbacCheck,
    ...Object.values(pgResources).map(({ reader }) => reader)
  )
