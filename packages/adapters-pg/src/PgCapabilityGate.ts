import { effectiveCapabilities, unknownCapabilities } from "@alga-psa/ext-domain/Capability"
import { CapabilityGate, InstallUnavailable } from "@alga-psa/ext-domain/CapabilityGate"
import { ExtensionId, InstallId } from "@alga-psa/ext-domain/Identifiers"
import { Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { makeQuery } from "./internal/query.ts"

const Row = Schema.Struct({
  id: InstallId,
  registry_id: ExtensionId,
  version_id: Schema.String,
  suspended: Schema.Boolean,
  enabled: Schema.Boolean,
  declared: Schema.Unknown,
  granted: Schema.Unknown,
  content_hashes: Schema.Array(Schema.String)
})

const normalised = (hashes: ReadonlyArray<string>): ReadonlyArray<string> => {
  const hex = hashes.map((hash) => hash.toLowerCase().replace(/^sha256:/, ""))
  return [...new Set(hex.filter((hash) => /^[0-9a-f]{64}$/.test(hash)))].sort()
}

const make = Effect.gen(function* () {
  const sql = yield* SqlClient
  const query = yield* makeQuery
  const toInstalls = query("CapabilityGate.access", Row)

  return CapabilityGate.of({
    access: Effect.fnUntraced(function* (tenant, id) {
      const [install] = yield* toInstalls(sql`
        SELECT
          install.id,
          install.registry_id,
          install.version_id,
          owner.suspended_at IS NOT NULL AS suspended,
          install.is_enabled AND install.status = 'enabled' AS enabled,
          version.capabilities AS declared,
          install.granted_caps AS granted,
          ARRAY(
            SELECT bundle.content_hash FROM extension_bundle AS bundle WHERE bundle.version_id = install.version_id
          )::text[] AS content_hashes
        FROM tenant_extension_install AS install
        JOIN tenants AS owner ON owner.tenant = ${tenant}::uuid
        JOIN extension_version AS version
          ON version.id = install.version_id AND version.registry_id = install.registry_id
        WHERE install.tenant_id = ${tenant}::text AND install.id = ${id}::uuid`)
      if (install === undefined) return yield* new InstallUnavailable({ reason: "unknown" })
      if (install.suspended) return yield* new InstallUnavailable({ reason: "tenant-suspended" })
      if (!install.enabled) return yield* new InstallUnavailable({ reason: "disabled" })
      return {
        installId: install.id,
        extensionId: install.registry_id,
        versionId: install.version_id,
        capabilities: effectiveCapabilities(install.declared, install.granted),
        unknownCapabilities: unknownCapabilities(install.declared),
        contentHashes: normalised(install.content_hashes)
      }
    })
  })
})

/**
 * {@link CapabilityGate} over `tenant_extension_install`, its version and archives, and `tenants`. One statement a
 * call. The registry's tables have no tenant; they are reached through the tenant's install alone.
 */
export const layerCapabilityGate: Layer.Layer<CapabilityGate, never, SqlClient> = Layer.effect(CapabilityGate, make)
