import { Layer } from "effect"
import { type Authorization, layerAuthorization } from "./Authorization.ts"
import type { CapabilityGate } from "./CapabilityGate.ts"
import type { RbacCheck } from "./RbacCheck.ts"
import type { Editions } from "./Resource.ts"
import { layerReads } from "./ResourceReads.ts"
import { type ResourceReader, type ResourceReads, resources } from "./Resources.ts"

const reads = resources.map(
  (resource): Layer.Layer<ResourceReads, never, ResourceReader | Authorization> =>
    layerReads<Editions, ResourceReader, ResourceReads>(resource as never)
)

/** The guarded reads of every resource and the authorization that they share, over the ports. */
export const layerGuardedReads: Layer.Layer<
  ResourceReads | Authorization,
  never,
  ResourceReader | CapabilityGate | RbacCheck
> = Layer.mergeAll(...(reads as [(typeof reads)[number]])).pipe(Layer.provideMerge(layerAuthorization))
