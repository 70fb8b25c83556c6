import type { CapabilityGate } from "@alga-psa/ext-domain/CapabilityGate"
import type { ClientReader } from "@alga-psa/ext-domain/ClientReader"
import type { RbacCheck } from "@alga-psa/ext-domain/RbacCheck"
import type { ServiceReader } from "@alga-psa/ext-domain/ServiceReader"
import { Layer } from "effect"
import type { SqlClient } from "effect/sql/SqlClient"
import { layerCapabilityGate } from "./PgCapabilityGate.ts"
import { layerClientReader } from "./PgClientReader.ts"
import { layerRbacCheck } from "./PgRbacCheck.ts"
import { layerServiceReader } from "./PgServiceReader.ts"

/** All four ports over Alga PSA's tables, on whichever PostgreSQL the client reaches. */
export const layer: Layer.Layer<ClientReader | ServiceReader | CapabilityGate | RbacCheck, never, SqlClient> =
  Layer.mergeAll(layerClientReader, layerServiceReader, layerCapabilityGate, layerRbacCheck)
