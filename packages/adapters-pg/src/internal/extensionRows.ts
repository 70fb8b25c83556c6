import type { ExtensionId, InstallId, TenantId } from "@alga-psa/ext-domain/Identifiers"
import { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"

/** What a bundle says of itself, as the registry's rows keep it. */
export interface Release {
  readonly publisher: string
  readonly name: string
  readonly version: string
  readonly runtime: string
  /** As the manifest has them. */
  readonly capabilities: ReadonlyArray<string>
  /** `ui` of the manifest; null where it has none. */
  readonly ui: { readonly entry: string } | null
  readonly endpoints: ReadonlyArray<object>
  /** SHA-256 of the archive, 64 hexadecimal digits. */
  readonly contentHash: string
  /** The archive's size. */
  readonly bytes: number
}

const json = (value: unknown) => JSON.stringify(value)

/** A tenant's name, and whether it is suspended. */
export const tenant = Effect.fnUntraced(function* (id: TenantId) {
  const sql = yield* PgClient.PgClient
  const [row] = yield* sql<{ readonly name: string; readonly suspended: boolean }>`
    SELECT client_name AS name, suspended_at IS NOT NULL AS suspended FROM tenants WHERE tenant = ${id}::uuid`
  return row
})

/** The extension's id in the registry, to which it is added where it is missing. Its row stays locked. */
export const extension = Effect.fnUntraced(function* ({ name, publisher }: Release) {
  const sql = yield* PgClient.PgClient
  yield* sql`
    INSERT INTO extension_registry (id, publisher, name) VALUES (${crypto.randomUUID()}::uuid, ${publisher}, ${name})
    ON CONFLICT (publisher, name) DO NOTHING`
  const rows = yield* sql<{ readonly id: string }>`
    SELECT id FROM extension_registry WHERE publisher = ${publisher} AND name = ${name} FOR UPDATE`
  return String(rows[0]?.id)
})

/** A version of an extension, with what it declares and its newest archive. */
export const version = Effect.fnUntraced(function* (extension: string, number: string) {
  const sql = yield* PgClient.PgClient
  const [row] = yield* sql<{ readonly id: string; readonly capabilities: unknown; readonly hash: string | null }>`
    SELECT version.id, version.capabilities, (
      SELECT bundle.content_hash FROM extension_bundle AS bundle WHERE bundle.version_id = version.id
      ORDER BY bundle.created_at DESC NULLS LAST, bundle.id DESC LIMIT 1
    ) AS hash
    FROM extension_version AS version WHERE version.registry_id = ${extension}::uuid AND version.version = ${number}`
  return row
})

/** Adds a version and its archive; gives the version's id. */
export const addVersion = Effect.fnUntraced(function* (extension: string, release: Release) {
  const sql = yield* PgClient.PgClient
  const id = crypto.randomUUID()
  const { bytes, capabilities, contentHash, endpoints, runtime, ui } = release
  yield* sql`
    INSERT INTO extension_version (id, registry_id, version, runtime, main_entry, api, ui, capabilities, api_endpoints)
    VALUES (
      ${id}::uuid, ${extension}::uuid, ${release.version}, ${runtime}, ${ui?.entry ?? "main"},
      ${json({ endpoints })}::text::jsonb, ${ui === null ? null : json(ui)}::text::jsonb,
      ${json(capabilities)}::text::jsonb, ${json(endpoints)}::text::jsonb
    )`
  yield* sql`
    INSERT INTO extension_bundle (id, version_id, content_hash, size_bytes)
    VALUES (${crypto.randomUUID()}::uuid, ${id}::uuid, ${`sha256:${contentHash}`}, ${bytes}::int8)`
  return id
})

/** A tenant's install of an extension, with what the version that it names declares. Its row stays locked. */
export const install = Effect.fnUntraced(function* (tenant: TenantId, extension: ExtensionId) {
  const sql = yield* PgClient.PgClient
  const [row] = yield* sql<{
    readonly id: InstallId
    readonly versionId: string
    readonly version: string | null
    readonly declared: unknown
    readonly granted: unknown
    readonly enabled: boolean
  }>`
    SELECT install.id, install.version_id AS "versionId", version.version, coalesce(version.capabilities, '[]') AS declared,
      install.granted_caps AS granted, install.is_enabled AND install.status = 'enabled' AS enabled
    FROM tenant_extension_install AS install LEFT JOIN extension_version AS version ON version.id = install.version_id
    WHERE install.tenant_id = ${tenant}::text AND install.registry_id = ${extension}::uuid
    FOR UPDATE OF install`
  return row
})

/** Adds an enabled install; gives its id. */
export const addInstall = Effect.fnUntraced(function* (row: {
  readonly tenant: TenantId
  readonly extension: ExtensionId
  readonly version: string
  readonly grants: ReadonlyArray<string>
  readonly host: string | null
}) {
  const sql = yield* PgClient.PgClient
  const id = crypto.randomUUID()
  yield* sql`
    INSERT INTO tenant_extension_install (id, tenant_id, registry_id, version_id, granted_caps, runner_domain)
    VALUES (
      ${id}::uuid, ${row.tenant}::text, ${row.extension}::uuid, ${row.version}::uuid, ${json(row.grants)}::text::jsonb,
      ${row.host}::text
    )`
  return id as InstallId
})

/** Changes an install where something is different from what it has. A host of null stays. */
export const changeInstall = Effect.fnUntraced(function* (
  id: InstallId,
  tenant: TenantId,
  to: { readonly version: string; readonly grants: ReadonlyArray<unknown>; readonly host: string | null }
) {
  const sql = yield* PgClient.PgClient
  yield* sql`
    UPDATE tenant_extension_install AS install
    SET version_id = ${to.version}::uuid, granted_caps = ${json(to.grants)}::text::jsonb,
      runner_domain = coalesce(${to.host}::text, install.runner_domain), updated_at = now()
    WHERE install.id = ${id}::uuid AND install.tenant_id = ${tenant}::text AND (
      install.version_id <> ${to.version}::uuid OR coalesce(${to.host}::text, install.runner_domain, '') <> coalesce(install.runner_domain, '')
    )`
})

/** The tenant's installs of extensions with this name, or of the one with this id. Their rows stay locked. */
export const installsOf = Effect.fnUntraced(function* (tenant: TenantId, extension: string) {
  const sql = yield* PgClient.PgClient
  return yield* sql<{
    readonly id: InstallId
    readonly extension: ExtensionId
    readonly publisher: string
    readonly versionId: string
  }>`
    SELECT install.id, install.registry_id AS extension, registry.publisher, install.version_id AS "versionId"
    FROM tenant_extension_install AS install JOIN extension_registry AS registry ON registry.id = install.registry_id
    WHERE install.tenant_id = ${tenant}::text AND (registry.name = ${extension} OR registry.id::text = lower(${extension}))
    ORDER BY registry.id FOR UPDATE`
})

/** The archives of all versions of an extension, as their rows name them; those of the given version last. */
export const bundlesOf = Effect.fnUntraced(function* (extension: ExtensionId, version: string) {
  const sql = yield* PgClient.PgClient
  const rows = yield* sql<{ readonly hash: string }>`
    SELECT bundle.content_hash AS hash
    FROM extension_version AS version JOIN extension_bundle AS bundle ON bundle.version_id = version.id
    WHERE version.registry_id = ${extension}::uuid
    ORDER BY version.id = ${version}::uuid, bundle.created_at, bundle.id`
  return rows.map(({ hash }) => hash)
})

/** Takes an install away with what belongs to it, and the extension where nobody else has it. Gives whether that is so. */
export const removeInstall = Effect.fnUntraced(function* (id: InstallId, tenant: TenantId, extension: ExtensionId) {
  const sql = yield* PgClient.PgClient
  yield* sql`
    DELETE FROM tenant_extension_install_secrets WHERE install_id = ${id}::uuid AND tenant_id = ${tenant}::text`
  yield* sql`
    DELETE FROM tenant_extension_install_config WHERE install_id = ${id}::uuid AND tenant_id = ${tenant}::text`
  yield* sql`DELETE FROM tenant_extension_install WHERE id = ${id}::uuid AND tenant_id = ${tenant}::text`
  const [others] = yield* sql<{ readonly some: boolean }>`
    SELECT EXISTS (SELECT FROM tenant_extension_install WHERE registry_id = ${extension}::uuid) AS some`
  if (others?.some !== false) return false
  yield* sql`
    DELETE FROM extension_bundle WHERE version_id IN (
      SELECT version.id FROM extension_version AS version WHERE version.registry_id = ${extension}::uuid
    )`
  yield* sql`DELETE FROM extension_version WHERE registry_id = ${extension}::uuid`
  yield* sql`DELETE FROM extension_registry WHERE id = ${extension}::uuid`
  return true
})
