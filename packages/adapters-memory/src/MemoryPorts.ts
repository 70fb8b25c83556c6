import type { CapabilityGate } from "@alga-psa/ext-domain/CapabilityGate"
import type { RbacCheck } from "@alga-psa/ext-domain/RbacCheck"
import type { ResourceReader } from "@alga-psa/ext-domain/Resources"
import { Layer } from "effect"
import type { Dataset } from "./Dataset.ts"
import { layerCapabilityGate } from "./MemoryCapabilityGate.ts"
import { layerRbacCheck } from "./MemoryRbacCheck.ts"
import { layerReaders } from "./MemoryResources.ts"
import { layerStore, type MemoryStore } from "./MemoryStore.ts"

/** Every port to the data over a store that another layer provides. */
export const layerPorts: Layer.Layer<ResourceReader | CapabilityGate | RbacCheck, never, MemoryStore> = Layer.mergeAll(
  layerReaders,
  layerCapabilityGate,
  layerRbacCheck
)

/** Every port over a data set, and the store behind them, to which more rows can be added. */
export const layer = (
  initial: Partial<Dataset> = {}
): Layer.Layer<ResourceReader | CapabilityGate | RbacCheck | MemoryStore> =>
  Layer.provideMerge(layerPorts, layerStore(initial))
