// Written by `npx --yes pnpm@12 sdk:resources` from the resources of @alga-psa/ext-domain. Change them there.

// Single numbers, which a bundler puts in their places.
export const firstPage = 1
export const maxPage = 10000
export const defaultPageSize = 25
export const maxPageSize = 100
