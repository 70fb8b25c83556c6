import type { Layer } from "effect"
import type { Authorization } from "./Authorization.ts"
import { layerReads } from "./ResourceReads.ts"
import { type ServiceReader, type ServiceReads, services } from "./Services.ts"

export { ServiceReads, type ServiceReadsService } from "./Services.ts"

/** Guarded reads over the reader port. */
export const layerServiceReads: Layer.Layer<ServiceReads, never, ServiceReader | Authorization> = layerReads(services)
