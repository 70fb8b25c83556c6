import { Context, type Effect } from "effect"
import type { DataSourceError } from "./DataSourceError.ts"
import type { ClientId, TenantId, UserId } from "./Identifiers.ts"
import type { Permission } from "./Permission.ts"

/** An active user of a tenant, as far as permissions go. */
export interface RbacSubject {
  /** `internal` for the provider's own staff, `client` for a user of the client portal. */
  readonly userType: "internal" | "client"
  /** The client a portal user belongs to, through the user's contact; null when there is none, and for staff. */
  readonly clientId: ClientId | null
  readonly permissions: ReadonlySet<Permission>
}

/**
 * Reads who a user is and which permissions they have. It decides nothing: that is the work of `Authorization`.
 *
 * Guarantees, for every implementation:
 * - A user of another tenant is null, exactly like one who does not exist or who is inactive. A user whose
 *   `is_inactive` is NULL is active.
 * - Permissions come through the user's roles in the tenant. Only roles and permissions of the user's own portal count:
 *   both must have the flag `msp` for internal users, and the flag `client` for portal users.
 */
export interface RbacCheckService {
  /** The user's type, client and permissions, or null when the tenant has no such active user. */
  readonly subject: (tenant: TenantId, user: UserId) => Effect.Effect<RbacSubject | null, DataSourceError>
}

/** The port to users, roles and permissions. */
export class RbacCheck extends Context.Service<RbacCheck, RbacCheckService>()("@alga-psa/ext-domain/RbacCheck") {}
