import { Context } from "effect"
import type { Capability } from "./Capability.ts"
import type { ExtensionId, InstallId, TenantId, UserId } from "./Identifiers.ts"

/**
 * The user on whose behalf an extension runs, as the caller of the host describes them. Only `userId` counts for
 * permissions; the rest is handed to the extension for display.
 */
export interface InvocationUser {
  readonly userId: UserId
  readonly userEmail: string
  readonly userName: string
  readonly userType: string
  readonly clientName: string
  readonly clientId: string | null
  readonly additionalFields: Readonly<Record<string, string>>
}

/**
 * One execution of an extension, as the host verified it. Every guarded read takes its tenant from here: make it
 * where the caller was authenticated, and nowhere else.
 */
export interface InvocationData {
  readonly tenantId: TenantId
  readonly extensionId: ExtensionId
  readonly installId: InstallId
  readonly versionId: string | null
  readonly requestId: string | null
  /** What started it, such as `schedule` or `webhook`; null when the caller did not say. */
  readonly trigger: string | null
  /** Null when no user is behind it; then the install's capabilities alone decide. */
  readonly user: InvocationUser | null
  /** When set, the execution has no capability outside this set, save those that are always granted. */
  readonly restrictTo: ReadonlySet<Capability> | null
}

/** The execution that a guarded read belongs to. */
export class Invocation extends Context.Service<Invocation, InvocationData>()("@alga-psa/ext-domain/Invocation") {}
