import { contentHashes } from "@alga-psa/ext-domain/ContentHash"
import { ExtensionId, InstallId, TenantId } from "@alga-psa/ext-domain/Identifiers"
import { type FoundInstall, InstallLookup } from "@alga-psa/ext-domain/InstallLookup"
import { Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import type { Fragment } from "effect/sql/Statement"
import { prepare } from "./internal/prepare.ts"
import { makeQuery } from "./internal/query.ts"
import { ShortReads } from "./ShortReads.ts"

const Row = Schema.Struct({
  id: InstallId,
  tenant_id: TenantId,
  registry_id: ExtensionId,
  content_hash: Schema.NullOr(Schema.String)
})

const found = (install: (typeof Row)["Type"] | undefined): FoundInstall | null => {
  const [contentHash] = contentHashes([install?.content_hash ?? ""])
  return install === undefined || contentHash === undefined
    ? null
    : { tenantId: install.tenant_id, installId: install.id, extensionId: install.registry_id, contentHash }
}

type Installs = ReadonlyArray<(typeof Row)["Type"]>

/** Names that two installs have are nobody's. */
const only = ([install, ...more]: Installs) => (more.length > 0 ? null : found(install))

const make = Effect.gen(function* () {
  const sql = (yield* ShortReads) ?? (yield* SqlClient)
  const query = yield* makeQuery

  // A tenant's id that is no UUID is nobody's. The cast finds the tenant by its key.
  const open = (archive: Fragment, where: Fragment) => sql`
    SELECT install.id, install.tenant_id, install.registry_id, (
      SELECT bundle.content_hash
      FROM extension_bundle AS bundle
      WHERE bundle.version_id = install.version_id AND ${archive}
      ORDER BY bundle.created_at DESC NULLS LAST, bundle.id DESC
      LIMIT 1
    ) AS content_hash
    FROM tenant_extension_install AS install
    JOIN extension_version AS version
      ON version.id = install.version_id AND version.registry_id = install.registry_id
    JOIN tenants AS owner
      ON owner.tenant = CASE WHEN install.tenant_id ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN install.tenant_id::uuid END
    WHERE ${where} AND install.is_enabled AND install.status = 'enabled' AND owner.suspended_at IS NULL`

  const any = sql.literal("true")
  const host = prepare<"host">(sql, (value) => sql`${open(any, sql`install.runner_domain = ${value("host")}`)} LIMIT 2`)
  const id = prepare<"id">(sql, (value) => sql`${open(any, sql`install.id = ${value("id")}::uuid`)} LIMIT 2`)
  const bundle = prepare<"extension" | "hash">(sql, (value) => {
    const hash = sql`${value("hash")}::text`
    // A short list, so that the planner begins with the product's index of archives.
    const named = sql`bundle.content_hash IN (
      ${hash}, 'sha256:' || ${hash}, upper(${hash}), 'sha256:' || upper(${hash})
    )`
    const has = sql`install.registry_id = ${value("extension")}::uuid AND EXISTS (
      SELECT bundle.id FROM extension_bundle AS bundle WHERE bundle.version_id = install.version_id AND ${named}
    )`
    return sql`${open(named, has)} ORDER BY install.id LIMIT 1`
  })
  const byHost = query("InstallLookup.byHost", Row)
  const byId = query("InstallLookup.byId", Row)
  const byBundle = query("InstallLookup.byBundle", Row)

  return InstallLookup.of({
    byHost: (name) => Effect.map(byHost(host({ host: name })), only),
    byId: (install) => Effect.map(byId(id({ id: install })), only),
    byBundle: (extension, hash) => Effect.map(byBundle(bundle({ extension, hash })), only)
  })
})

/**
 * {@link InstallLookup} over `tenant_extension_install`, its version and archives, and `tenants`. One statement a call: the
 * only ones that name no tenant.
 */
export const layerInstallLookup: Layer.Layer<InstallLookup, never, SqlClient> = Layer.effect(InstallLookup, make)
