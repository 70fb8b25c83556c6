import type { Layer } from "effect"
import type { Authorization } from "./Authorization.ts"
import { type ClientReader, type ClientReads, clients } from "./Clients.ts"
import { layerReads } from "./ResourceReads.ts"

export { ClientReads, type ClientReadsService } from "./Clients.ts"

/** Guarded reads over the reader port. */
export const layerClientReads: Layer.Layer<ClientReads, never, ClientReader | Authorization> = layerReads(clients)
