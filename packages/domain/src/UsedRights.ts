import { Schema } from "effect"
import { Capability } from "./Capability.ts"
import { ClientId } from "./Identifiers.ts"
import { Permission } from "./Permission.ts"

/**
 * What an execution was allowed, and made use of. It is kept with an answer, so that the answer is given again only if
 * the same is still allowed.
 */
export const UsedRights = Schema.Struct({
  /** Sorted, once each. */
  capabilities: Schema.Array(Capability),
  /** Sorted, once each. */
  permissions: Schema.Array(Permission),
  /** The portal and the client of the user whose permissions these are; null where none was used, or nobody's. */
  subject: Schema.NullOr(
    Schema.Struct({ userType: Schema.Literals(["internal", "client"]), clientId: Schema.NullOr(ClientId) })
  ),
  /** Whether a call of it may have written. A second run would write twice. */
  wrote: Schema.optionalKey(Schema.Boolean),
  /** Whether a call of it failed because its data source could not be reached. A retry may succeed. */
  unread: Schema.optionalKey(Schema.Boolean)
})
export interface UsedRights extends Schema.Schema.Type<typeof UsedRights> {}

/** Nothing was used. */
export const noRights: UsedRights = { capabilities: [], permissions: [], subject: null }
