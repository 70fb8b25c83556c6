import { Context, type Effect, Schema } from "effect"
import type { Capability } from "./Capability.ts"
import type { DataSourceError } from "./DataSourceError.ts"
import type { ExtensionId, InstallId, TenantId } from "./Identifiers.ts"

/** What an install is and may do. */
export interface InstallAccess {
  readonly installId: InstallId
  readonly extensionId: ExtensionId
  /** The installed version (`extension_version.id`). */
  readonly versionId: string
  /** Effective capabilities: always granted, or both declared by the installed version and granted to the install. */
  readonly capabilities: ReadonlySet<Capability>
  /** Names that the installed version declares and this host does not know. */
  readonly unknownCapabilities: ReadonlyArray<string>
  /** Hashes of the archives that hold the installed version: 64 lower-case hexadecimal digits of SHA-256, sorted. */
  readonly contentHashes: ReadonlyArray<string>
}

/** The tenant cannot use this install. */
export class InstallUnavailable extends Schema.TaggedError<InstallUnavailable>()("InstallUnavailable", {
  /**
   * `unknown`: the tenant has no such install. `disabled`: it is switched off, or its status is not `enabled`.
   * `tenant-suspended`: the tenant is suspended.
   */
  reason: Schema.Literals(["unknown", "disabled", "tenant-suspended"])
}) {
  override get message(): string {
    return { unknown: "unknown install", disabled: "install is disabled", "tenant-suspended": "tenant is suspended" }[
      this.reason
    ]
  }
}

/**
 * Reads what an install is and which capabilities it has. It decides nothing: that is the work of `Authorization`.
 *
 * Guarantees, for every implementation:
 * - An install of another tenant is `unknown`, exactly like one that does not exist.
 * - An install whose version belongs to another extension is `unknown`.
 * - An install counts as enabled only when its status is `enabled` and it is switched on too.
 * - A suspended tenant has no available install; nor has one that does not exist.
 * - Stored lists that are not arrays of strings name no capability.
 */
export interface CapabilityGateService {
  /** The install's access, or why the tenant cannot use it. */
  readonly access: (
    tenant: TenantId,
    install: InstallId
  ) => Effect.Effect<InstallAccess, InstallUnavailable | DataSourceError>
  /** The access of the tenant's install of this extension, of which it has one at most; else as {@link access}. */
  readonly accessTo: (
    tenant: TenantId,
    extension: ExtensionId
  ) => Effect.Effect<InstallAccess, InstallUnavailable | DataSourceError>
}

/** The port to installs and their grants. */
export class CapabilityGate extends Context.Service<CapabilityGate, CapabilityGateService>()(
  "@alga-psa/ext-domain/CapabilityGate"
) {}
