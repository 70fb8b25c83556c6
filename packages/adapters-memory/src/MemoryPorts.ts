import type { CapabilityGate } from "@alga-psa/ext-domain/CapabilityGate"
import type { Ports } from "@alga-psa/ext-domain/GuardedPorts"
import type { InstallLookup } from "@alga-psa/ext-domain/InstallLookup"
import type { RbacCheck } from "@alga-psa/ext-domain/RbacCheck"
import type { ResourceReader } from "@alga-psa/ext-domain/Resources"
import { Layer } from "effect"
import type { Dataset } from "./Dataset.ts"
import { layerCapabilityGate } from "./MemoryCapabilityGate.ts"
import { layerHttpFetch } from "./MemoryHttpFetch.ts"
import { layerInstallLookup } from "./MemoryInstallLookup.ts"
import { layerInstalls, type MemoryInstalls } from "./MemoryInstalls.ts"
import { layerInvoices, layerInvoicing, type MemoryInvoices } from "./MemoryInvoicing.ts"
import { layerRbacCheck } from "./MemoryRbacCheck.ts"
import { layerReaders } from "./MemoryResources.ts"
import { layerScheduler, type MemorySchedules } from "./MemoryScheduler.ts"
import { layerSecrets } from "./MemorySecrets.ts"
import { layerStorage, type MemoryEntries } from "./MemoryStorage.ts"
import { layerStore, type MemoryStore } from "./MemoryStore.ts"
import { layerUiProxy } from "./MemoryUiProxy.ts"

/** The ports of the reads over a store that another layer provides. */
export const layerPorts: Layer.Layer<ResourceReader | CapabilityGate | InstallLookup | RbacCheck, never, MemoryStore> =
  Layer.mergeAll(layerReaders, layerCapabilityGate, layerInstallLookup, layerRbacCheck)

/** The ports of the reads over a data set, and the store behind them, to which more rows can be added. */
export const layer = (
  initial: Partial<Dataset> = {}
): Layer.Layer<ResourceReader | CapabilityGate | InstallLookup | RbacCheck | MemoryStore> =>
  Layer.provideMerge(layerPorts, layerStore(initial))

/** What the ports beside the reads keep. */
export type MemoryWorld = MemoryInstalls | MemoryInvoices | MemoryEntries | MemorySchedules

/** The ports beside the reads, the installs that they serve, and what they keep. */
export const layerOtherPorts: Layer.Layer<Ports | MemoryWorld, never, MemoryStore> = Layer.mergeAll(
  layerSecrets,
  layerHttpFetch,
  layerStorage,
  layerUiProxy,
  layerScheduler,
  layerInvoicing
).pipe(Layer.provideMerge([layerInstalls, layerInvoices]))
