import { contentHashes } from "@alga-psa/ext-domain/ContentHash"
import { PgClient } from "@effect/sql-pg"
import { Effect, Option, Stream } from "effect"
import type { AdminFailed } from "./AdminError.ts"
import { adminFailed } from "./internal/adminSession.ts"

/** An install with the version that it names, as their rows say it. For an administrator: it is of any tenant. */
export interface InstalledVersion {
  readonly install: string
  readonly tenant: string
  /** The extension's id in the registry. */
  readonly extension: string
  /** The extension's name in the registry. */
  readonly name: string
  /** The id of the version. */
  readonly versionId: string
  /** The version's number; null where it is another extension's, or none. */
  readonly version: string | null
  /** Whether it is switched on and its status is `enabled`. */
  readonly enabled: boolean
  /** Whether the tenant is there and not suspended. */
  readonly tenantActive: boolean
  /** `capabilities` of the version. */
  readonly declared: unknown
  /** `granted_caps` of the install, as JSON text. */
  readonly granted: string
  /** The newest archive of the version, 64 hexadecimal digits; null where it has none that has a hash of that form. */
  readonly contentHash: string | null
  readonly hasPage: boolean
  /** The host name of the page in domain mode. */
  readonly host: string | null
  /** How the install's secrets are sealed; null where it has none. */
  readonly sealedBy: string | null
}

type Row = Omit<InstalledVersion, "contentHash"> & { readonly hash: string | null }

const pageLength = 500
const first = "00000000-0000-0000-0000-000000000000"

/** Which installs: of these ids, or all. */
export type WhichInstalls = ReadonlyArray<string> | "all"

/** The installs in the order of their ids, read a page at a time: many of them are never in memory together. */
export const installedVersions = (
  which: WhichInstalls
): Stream.Stream<InstalledVersion, AdminFailed, PgClient.PgClient> =>
  Stream.paginate(
    first,
    Effect.fnUntraced(
      function* (after) {
        const sql = yield* PgClient.PgClient
        const rows = yield* sql<Row>`
        SELECT install.id AS install, install.tenant_id AS tenant, install.registry_id AS extension, registry.name,
          install.version_id AS "versionId", version.version,
          install.is_enabled AND install.status = 'enabled' AS enabled,
          EXISTS (
            SELECT FROM tenants AS owner WHERE owner.tenant::text = install.tenant_id AND owner.suspended_at IS NULL
          ) AS "tenantActive",
          coalesce(version.capabilities, '[]') AS declared, install.granted_caps::text AS granted,
          (
            SELECT bundle.content_hash FROM extension_bundle AS bundle WHERE bundle.version_id = version.id
            ORDER BY bundle.created_at DESC NULLS LAST, bundle.id DESC LIMIT 1
          ) AS hash,
          coalesce(jsonb_typeof(version.ui) = 'object', false) AS "hasPage", install.runner_domain AS host,
          (
            SELECT secrets.algorithm FROM tenant_extension_install_secrets AS secrets WHERE secrets.install_id = install.id
            ORDER BY secrets.created_at DESC, secrets.id DESC LIMIT 1
          ) AS "sealedBy"
        FROM tenant_extension_install AS install
        JOIN extension_registry AS registry ON registry.id = install.registry_id
        LEFT JOIN extension_version AS version
          ON version.id = install.version_id AND version.registry_id = install.registry_id
        WHERE install.id > ${after}::uuid ${which === "all" ? sql.literal("") : sql`AND ${sql.in("install.id", which)}`}
        ORDER BY install.id
        LIMIT ${pageLength}::int`
        const last = rows.length < pageLength ? undefined : rows.at(-1)?.install
        const found = rows.map(({ hash, ...row }): InstalledVersion => {
          const [contentHash = null] = contentHashes(hash === null ? [] : [hash])
          return { ...row, contentHash }
        })
        return [found, Option.fromUndefinedOr(last)] as const
      },
      Effect.mapError(adminFailed("read the installs"))
    )
  )
