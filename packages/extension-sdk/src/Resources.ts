// Written by `npx --yes pnpm@12 sdk:resources` from the resources of @alga-psa/ext-domain. Change them there.
import type { ClientsHost } from "./Clients.ts"
import type { ServicesHost } from "./Services.ts"

export * from "./Clients.ts"
export * from "./Services.ts"

/** What there is to read, by its name in the host's bindings. */
export interface ResourceHosts {
  readonly clients: ClientsHost
  readonly services: ServicesHost
}
