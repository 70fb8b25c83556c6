// Written by `npx --yes pnpm@12 sdk:resources` from the resources of @alga-psa/ext-domain. Change them there.
import type { ResourceHosts } from "../../Resources.ts"
import { binding as clients } from "../bindings/clients.ts"
import { binding as clientsV2 } from "../bindings/clientsV2.ts"
import { binding as services } from "../bindings/services.ts"
import { binding as servicesV2 } from "../bindings/servicesV2.ts"

/** The resources in the world, as an author sees them. */
export const reads: ResourceHosts = { clients, clientsV2, services, servicesV2 }
