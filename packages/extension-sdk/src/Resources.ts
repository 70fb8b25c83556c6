// Written by `npx --yes pnpm@12 sdk:resources` from the resources of @alga-psa/ext-domain. Change them there.
import type { ClientsHost } from "./Clients.ts"
import type { ClientsV2Host } from "./ClientsV2.ts"
import type { ServicesHost } from "./Services.ts"
import type { ServicesV2Host } from "./ServicesV2.ts"

export * from "./Clients.ts"
export * from "./ClientsV2.ts"
export * from "./Services.ts"
export * from "./ServicesV2.ts"

/** What there is to read, by its name in the host's bindings. */
export interface ResourceHosts {
  readonly clients: ClientsHost
  readonly clientsV2: ClientsV2Host
  readonly services: ServicesHost
  readonly servicesV2: ServicesV2Host
}
