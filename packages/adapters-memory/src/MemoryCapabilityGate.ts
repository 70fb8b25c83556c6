import { effectiveCapabilities, unknownCapabilities } from "@alga-psa/ext-domain/Capability"
import { CapabilityGate, InstallUnavailable } from "@alga-psa/ext-domain/CapabilityGate"
import { contentHashes } from "@alga-psa/ext-domain/ContentHash"
import { ExtensionId, InstallId, type TenantId } from "@alga-psa/ext-domain/Identifiers"
import { Effect, Layer } from "effect"
import type { Dataset, InstallRow } from "./Dataset.ts"
import { MemoryStore } from "./MemoryStore.ts"

const hashesOf = (rows: Dataset, versionId: string): ReadonlyArray<string> =>
  contentHashes(
    rows.extension_bundle.filter((bundle) => bundle.version_id === versionId).map((bundle) => bundle.content_hash)
  )

const accessOf = Effect.fnUntraced(function* (rows: Dataset, tenantId: TenantId, install: InstallRow | undefined) {
  const tenant = rows.tenants.find((row) => row.tenant === tenantId)
  const version = rows.extension_version.find(
    (row) => row.id === install?.version_id && row.registry_id === install.registry_id
  )
  if (tenant === undefined || install === undefined || version === undefined) {
    return yield* new InstallUnavailable({ reason: "unknown" })
  }
  if (tenant.suspended_at !== null) return yield* new InstallUnavailable({ reason: "tenant-suspended" })
  if (!install.is_enabled || install.status !== "enabled") {
    return yield* new InstallUnavailable({ reason: "disabled" })
  }
  return {
    installId: InstallId.make(install.id),
    extensionId: ExtensionId.make(install.registry_id),
    versionId: version.id,
    capabilities: effectiveCapabilities(version.capabilities, install.granted_caps),
    unknownCapabilities: unknownCapabilities(version.capabilities),
    contentHashes: hashesOf(rows, version.id)
  }
})

/** {@link CapabilityGate} over the rows of {@link MemoryStore}. Its only failure is `InstallUnavailable`. */
export const layerCapabilityGate: Layer.Layer<CapabilityGate, never, MemoryStore> = Layer.effect(
  CapabilityGate,
  Effect.map(MemoryStore, (store) => {
    const find = (tenant: TenantId, isWanted: (row: InstallRow) => boolean) =>
      Effect.flatMap(store.rows, (rows) =>
        accessOf(
          rows,
          tenant,
          rows.tenant_extension_install.find((row) => row.tenant_id === tenant && isWanted(row))
        )
      )
    return CapabilityGate.of({
      access: (tenant, install) => find(tenant, ({ id }) => id === install),
      accessTo: (tenant, extension) => find(tenant, ({ registry_id }) => registry_id === extension)
    })
  })
)
