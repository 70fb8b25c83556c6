import { MemoryStore } from "@alga-psa/ext-adapters-memory"
import { TenantId } from "@alga-psa/ext-domain"
import { Effect, Layer } from "effect"
import { BundleRegistry } from "../../src/BundleRegistry.ts"

/** {@link BundleRegistry} over rows in memory. */
export const layerMemoryRegistry: Layer.Layer<BundleRegistry, never, MemoryStore> = Layer.effect(
  BundleRegistry,
  Effect.map(MemoryStore, (store) =>
    BundleRegistry.of({
      check: Effect.void,
      holders: (extension, hash) =>
        Effect.map(store.rows, (rows) => {
          const released = rows.extension_bundle.filter((row) => row.content_hash.replace("sha256:", "") === hash)
          const versions = rows.extension_version.filter(
            ({ id, registry_id }) => registry_id === extension && released.some((row) => row.version_id === id)
          )
          const suspended = rows.tenants.filter((row) => row.suspended_at !== null).map((row) => row.tenant)
          return rows.tenant_extension_install
            .filter((row) => row.is_enabled && row.status === "enabled" && row.registry_id === extension)
            .filter((row) => versions.some(({ id }) => id === row.version_id))
            .map((row) => TenantId.make(row.tenant_id))
            .filter((tenant) => !suspended.includes(tenant))
        })
    })
  )
)
