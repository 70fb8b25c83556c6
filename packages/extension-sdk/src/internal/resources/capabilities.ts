// Written by `npx --yes pnpm@12 sdk:resources` from the resources of @alga-psa/ext-domain. Change them there.

/** The capability of every resource. */
export const resourceCapabilities = ["cap:client.read","cap:service.read"] as const
