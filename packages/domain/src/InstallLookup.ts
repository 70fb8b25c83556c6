import { Context, type Effect } from "effect"
import type { DataSourceError } from "./DataSourceError.ts"
import type { HostName } from "./HostName.ts"
import type { ExtensionId, InstallId, TenantId } from "./Identifiers.ts"

/** All that a caller who did not name the tenant learns of an install. */
export interface FoundInstall {
  readonly tenantId: TenantId
  readonly installId: InstallId
  readonly extensionId: ExtensionId
  /** The archive: 64 lower-case hexadecimal digits of SHA-256. */
  readonly contentHash: string
}

/**
 * Finds an install, and so the tenant, where a request names none. These are the only reads across tenants. Whoever reads for
 * a tenant uses `CapabilityGate`.
 *
 * Guarantees, for every implementation:
 * - Only installs that are switched on, of status `enabled`, and whose tenant exists and is not suspended, are found.
 * - An install whose version belongs to another extension, or has no archive, is not found.
 * - A stored hash counts in lower case and in upper case, with or without `sha256:`, as `ContentHash` reads it.
 * - Where the name of a host or an id has two installs, neither is found.
 * - What is found is not remembered: what was switched off is gone with the next call. What is not found may be remembered for 5
 *   seconds, so a new install may be unknown for that long.
 */
export interface InstallLookupService {
  /** The install that owns the host name, with the newest archive of its version. */
  readonly byHost: (host: HostName) => Effect.Effect<FoundInstall | null, DataSourceError>
  /** The install of this id, with the newest archive of its version. */
  readonly byId: (install: InstallId) => Effect.Effect<FoundInstall | null, DataSourceError>
  /** An install of the extension whose version has this archive: of several, the same one each time. */
  readonly byBundle: (extension: ExtensionId, hash: string) => Effect.Effect<FoundInstall | null, DataSourceError>
}

/** The port to installs of unknown tenants. */
export class InstallLookup extends Context.Service<InstallLookup, InstallLookupService>()(
  "@alga-psa/ext-domain/InstallLookup"
) {}
