import type { ExtensionId, TenantId } from "@alga-psa/ext-domain"
import { Context, Effect, Layer } from "effect"
import type { BundleKey } from "./BundleStore.ts"

/** How many archives are remembered, and of each how many of the tenants that asked for it last. */
export const remembered = { archives: 1_000, tenants: 4 } as const

/**
 * Remembers which tenants a proven caller has asked for an archive for, in this process. It says where an archive may be
 * found when nobody names a tenant, and nothing about who may have it.
 */
export class SeenBundles extends Context.Service<
  SeenBundles,
  {
    readonly note: (key: BundleKey) => Effect.Effect<void>
    /** The tenants that were noted for the archive, the last one first. */
    readonly tenants: (extension: ExtensionId, hash: string) => Effect.Effect<ReadonlyArray<TenantId>>
  }
>()("@alga-psa/ext-runner/SeenBundles") {}

/** The memory of one process. */
export const layer: Layer.Layer<SeenBundles> = Layer.sync(SeenBundles, () => {
  const seen = new Map<string, ReadonlyArray<TenantId>>()
  return {
    note: ({ extension, hash, tenant }) =>
      Effect.sync(() => {
        const name = `${extension} ${hash}`
        const others = (seen.get(name) ?? []).filter((other) => other !== tenant)
        seen.delete(name)
        seen.set(name, [tenant, ...others].slice(0, remembered.tenants))
        const [oldest] = seen.keys()
        if (seen.size > remembered.archives && oldest !== undefined) seen.delete(oldest)
      }),
    tenants: (extension, hash) => Effect.sync(() => seen.get(`${extension} ${hash}`) ?? [])
  }
})
