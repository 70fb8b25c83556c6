import { effectiveCapabilities, unknownCapabilities } from "@alga-psa/ext-domain/Capability"
import { CapabilityGate, type InstallAccess, InstallUnavailable } from "@alga-psa/ext-domain/CapabilityGate"
import { contentHashes } from "@alga-psa/ext-domain/ContentHash"
import { ExtensionId, InstallId } from "@alga-psa/ext-domain/Identifiers"
import { Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { type Placeholder, prepare } from "./internal/prepare.ts"
import { makeQuery } from "./internal/query.ts"
import { ShortReads } from "./ShortReads.ts"

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

type Installs = ReadonlyArray<(typeof Row)["Type"]>

const accessOf = ([install]: Installs): Effect.Effect<InstallAccess, InstallUnavailable> => {
  if (install === undefined) return Effect.fail(new InstallUnavailable({ reason: "unknown" }))
  if (install.suspended) return Effect.fail(new InstallUnavailable({ reason: "tenant-suspended" }))
  if (!install.enabled) return Effect.fail(new InstallUnavailable({ reason: "disabled" }))
  return Effect.succeed({
    installId: install.id,
    extensionId: install.registry_id,
    versionId: install.version_id,
    capabilities: effectiveCapabilities(install.declared, install.granted),
    unknownCapabilities: unknownCapabilities(install.declared),
    contentHashes: contentHashes(install.content_hashes)
  })
}

const make = Effect.gen(function* () {
  const sql = (yield* ShortReads) ?? (yield* SqlClient)
  const query = yield* makeQuery

  const asking = <Key extends "install" | "extension">(key: Key, column: "id" | "registry_id") =>
    prepare(
      sql,
      (value: Placeholder<"tenant" | Key>) => sql`
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
        JOIN tenants AS owner ON owner.tenant = ${value("tenant")}::uuid
        JOIN extension_version AS version
          ON version.id = install.version_id AND version.registry_id = install.registry_id
        WHERE install.tenant_id = ${value("tenant")}::text AND install.${sql.literal(column)} = ${value(key)}::uuid`
    )
  const byId = asking("install", "id")
  const byExtension = asking("extension", "registry_id")
  const toInstall = query("CapabilityGate.access", Row)
  const toInstallOf = query("CapabilityGate.accessTo", Row)

  return CapabilityGate.of({
    access: (tenant, install) => Effect.flatMap(toInstall(byId({ tenant, install })), accessOf),
    accessTo: (tenant, extension) => Effect.flatMap(toInstallOf(byExtension({ tenant, extension })), accessOf)
  })
})

/**
 * {@link CapabilityGate} over `tenant_extension_install`, its version and archives, and `tenants`. One statement a
 * call. The registry's tables have no tenant; they are reached through the tenant's install alone.
 */
export const layerCapabilityGate: Layer.Layer<CapabilityGate, never, SqlClient> = Layer.effect(CapabilityGate, make)
