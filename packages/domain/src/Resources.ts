import { clients } from "./Clients.ts"
import type { Operations } from "./Resource.ts"
import { services } from "./Services.ts"

export * from "./Clients.ts"
export * from "./Services.ts"

/** Every resource that extensions read. Work for every resource goes through this list. */
export const resources = [clients, services] as const

/** Any of {@link resources}. */
export type KnownResource = (typeof resources)[number]

/** The ports of all of them. */
export type ResourceReader = KnownResource["Reader"]["Identifier"]

/** The guarded reads of all of them. */
export type ResourceReads = KnownResource["Reads"]["Identifier"]

/** One value for each of them, by its name. */
export const forEachResource = <A>(
  make: (resource: KnownResource) => A
): { readonly [Name in KnownResource["name"]]: A } =>
  Object.fromEntries(resources.map((resource) => [resource.name, make(resource)])) as {
    [Name in KnownResource["name"]]: A
  }

/** The name of an interface of the world in which a resource is read. */
export type ResourceInterface = KnownResource extends infer Any
  ? Any extends { readonly editions: infer Of }
    ? keyof Of & string
    : never
  : never

/** One value for each interface of every resource, by its name. */
export const forEachInterface = <A>(
  make: (operations: Operations, resource: KnownResource) => A
): { readonly [Name in ResourceInterface]: A } =>
  Object.fromEntries(
    resources.flatMap((resource) =>
      Object.entries<Operations>(resource.editions).map(([name, operations]) => [name, make(operations, resource)])
    )
  ) as { [Name in ResourceInterface]: A }
