// Written by `npx --yes pnpm@12 sdk:resources` from the resources of @alga-psa/ext-domain. Change them there.
import { clients } from "./clients.ts"
import { clientsV2 } from "./clientsV2.ts"
import { services } from "./services.ts"
import { servicesV2 } from "./servicesV2.ts"
import type { ResourceData } from "../resourceData.ts"

/** What the bindings and the mocks of each resource are made from. */
export const resources = { clients, clientsV2, services, servicesV2 } satisfies Readonly<Record<string, ResourceData>>
