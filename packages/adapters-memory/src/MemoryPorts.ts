import type { CapabilityGate } from "@alga-psa/ext-domain/CapabilityGate"
import type { ClientReader } from "@alga-psa/ext-domain/ClientReader"
import type { RbacCheck } from "@alga-psa/ext-domain/RbacCheck"
import type { ServiceReader } from "@alga-psa/ext-domain/ServiceReader"
import { Layer } from "effect"
import type { Dataset } from "./Dataset.ts"
import { layerCapabilityGate } from "./MemoryCapabilityGate.ts"
import { layerClientReader } from "./MemoryClientReader.ts"
import { layerRbacCheck } from "./MemoryRbacCheck.ts"
import { layerServiceReader } from "./MemoryServiceReader.ts"
import { layerStore, type MemoryStore } from "./MemoryStore.ts"

/** All four ports over a store that another layer provides. */
export const layerPorts: Layer.Layer<ClientReader | ServiceReader | CapabilityGate | RbacCheck, never, MemoryStore> =
  Layer.mergeAll(layerClientReader, layerServiceReader, layerCapabilityGate, layerRbacCheck)

/** All four ports over a data set, and the store behind them, to which more rows can be added. */
export const layer = (
  initial: Partial<Dataset> = {}
): Layer.Layer<ClientReader | ServiceReader | CapabilityGate | RbacCheck | MemoryStore> =>
  Layer.provideMerge(layerPorts, layerStore(initial))
