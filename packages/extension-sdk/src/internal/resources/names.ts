// Written by `npx --yes pnpm@12 sdk:resources` from the resources of @alga-psa/ext-domain. Change them there.

/** The name of every resource. */
export const resourceNames = ["clients","clientsV2","services","servicesV2"] as const
