// Written by `npx --yes pnpm@12 sdk:resources` from the resources of @alga-psa/ext-domain. Change them there.
declare module "alga:extension/clients" {
  export function listClients(...args: ReadonlyArray<unknown>): unknown
  export function getClient(...args: ReadonlyArray<unknown>): unknown
}
declare module "alga:extension/clients-v2" {
  export function listClients(...args: ReadonlyArray<unknown>): unknown
  export function getClients(...args: ReadonlyArray<unknown>): unknown
}
declare module "alga:extension/services" {
  export function listServices(...args: ReadonlyArray<unknown>): unknown
  export function getService(...args: ReadonlyArray<unknown>): unknown
}
declare module "alga:extension/services-v2" {
  export function listServices(...args: ReadonlyArray<unknown>): unknown
  export function getServices(...args: ReadonlyArray<unknown>): unknown
}
