import { Layer } from "effect"
import { type Authorization, layerAuthorization } from "./Authorization.ts"
import type { CapabilityGate } from "./CapabilityGate.ts"
import type { ClientReader } from "./ClientReader.ts"
import { type ClientReads, layerClientReads } from "./ClientReads.ts"
import type { RbacCheck } from "./RbacCheck.ts"
import type { ServiceReader } from "./ServiceReader.ts"
import { layerServiceReads, type ServiceReads } from "./ServiceReads.ts"

/** Both guarded reads and the authorization that they share, over the four ports. */
export const layerGuardedReads: Layer.Layer<
  ClientReads | ServiceReads | Authorization,
  never,
  ClientReader | ServiceReader | CapabilityGate | RbacCheck
> = Layer.mergeAll(layerClientReads, layerServiceReads).pipe(Layer.provideMerge(layerAuthorization))
