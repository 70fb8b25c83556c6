import { DataSourceError, type ExtensionId, TenantId } from "@alga-psa/ext-domain"
import { Context, Duration, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql/SqlClient"

/**
 * Says who holds a released archive.
 *
 * Guarantees:
 * - Only tenants that are not suspended and have the version enabled count; at most 8 are named.
 * - An archive that nobody holds, or that belongs to another extension, has no holder.
 */
export interface BundleRegistryService {
  /** Tenants under whose keys the archive may be stored. `hash` is 64 lower-case hexadecimal digits. */
  readonly holders: (extension: ExtensionId, hash: string) => Effect.Effect<ReadonlyArray<TenantId>, DataSourceError>
  /** Succeeds where the data can be read at this moment. */
  readonly check: Effect.Effect<void, DataSourceError>
}

/** The port to released archives and those who installed them. */
export class BundleRegistry extends Context.Service<BundleRegistry, BundleRegistryService>()(
  "@alga-psa/ext-runner/BundleRegistry"
) {}

const patience = Duration.seconds(5)

const decode = Schema.decodeUnknownEffect(Schema.Array(Schema.Struct({ tenant: TenantId })))

const failed = (operation: string) => (cause: unknown) =>
  new DataSourceError({ reason: "unavailable", operation, cause: cause instanceof Error ? cause.name : "unknown" })

/**
 * {@link BundleRegistry} over Alga's tables. It reads across tenants: what a publisher released belongs to none. Where
 * row level security hides installs from a login without a tenant, nobody holds anything.
 */
export const layerPostgres: Layer.Layer<BundleRegistry, never, SqlClient> = Layer.effect(
  BundleRegistry,
  Effect.map(SqlClient, (sql) =>
    BundleRegistry.of({
      holders: Effect.fn("BundleRegistry.holders")((extension, hash) =>
        sql`
          SELECT install.tenant_id AS tenant
          FROM extension_bundle AS bundle
          JOIN extension_version AS version ON version.id = bundle.version_id
          JOIN tenant_extension_install AS install
            ON install.version_id = version.id AND install.registry_id = version.registry_id
          JOIN tenants AS owner ON owner.tenant::text = install.tenant_id
          WHERE version.registry_id = ${extension}::uuid
            AND bundle.content_hash IN (${hash}::text, ${`sha256:${hash}`}::text)
            AND install.is_enabled AND install.status = 'enabled' AND owner.suspended_at IS NULL
          ORDER BY install.tenant_id
          LIMIT 8`.pipe(
          Effect.flatMap(decode),
          Effect.map((rows) => rows.map(({ tenant }) => tenant)),
          Effect.timeout(patience),
          Effect.mapError(failed("BundleRegistry.holders"))
        )
      ),
      check: sql`SELECT 1`.pipe(
        Effect.timeout(patience),
        Effect.mapError(failed("BundleRegistry.check")),
        Effect.asVoid
      )
    })
  )
)
