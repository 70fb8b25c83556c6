import type { CapabilityGate } from "@alga-psa/ext-domain/CapabilityGate"
import type { RbacCheck } from "@alga-psa/ext-domain/RbacCheck"
import type { ResourceReader } from "@alga-psa/ext-domain/Resources"
import { Layer } from "effect"
import type { SqlClient } from "effect/sql/SqlClient"
import { layerCapabilityGate } from "./PgCapabilityGate.ts"
import { layerRbacCheck } from "./PgRbacCheck.ts"
import { pgResources } from "./PgResources.ts"

/** Every port to the data, over Alga PSA's tables, on whichever PostgreSQL the client reaches. */
export const layer: Layer.Layer<ResourceReader | CapabilityGate | RbacCheck, never, SqlClient> = Layer.mergeAll(
  layerCapabilityGate,
  layerRbacCheck,
  ...Object.values(pgResources).map(({ reader }) => reader)
)
