import { Schema } from "effect"

const denials = {
  "unknown-install": "the tenant has no such install",
  "install-disabled": "the install is disabled",
  "tenant-suspended": "the tenant is suspended",
  providers: "the caller's providers leave it out",
  "no-user": "there is no user, and neither a schedule nor a webhook started it",
  "unknown-user": "the tenant has no such active user",
  "other-portal": "the user's portal or client has changed"
} as const

/** The execution may not make this call. */
export class NotAllowed extends Schema.TaggedError<NotAllowed>()("NotAllowed", {
  /**
   * `capability`: the install is not available to the tenant, or does not have the capability. Grant it, and let the
   * manifest declare it. `rbac`: the user is missing, unknown, inactive or lacks the permission. Give the user a role that
   * has it.
   */
  reason: Schema.Literals(["capability", "rbac"]),
  /** The capability or permission that is missing. */
  missing: Schema.String,
  /** Why, where it is not that the install or the user lacks it. */
  why: Schema.optionalKey(Schema.Literals(Object.keys(denials) as ReadonlyArray<keyof typeof denials>))
}) {
  readonly code = "not-allowed" as const

  override get message(): string {
    const lacking = `${this.reason === "capability" ? "the install" : "the user"} lacks ${this.missing}`
    return this.why === undefined ? lacking : `${this.missing}: ${denials[this.why]}`
  }
}

/** The input breaks a rule; the port was not asked. */
export class InvalidInput extends Schema.TaggedError<InvalidInput>()("InvalidInput", {
  /** The field, as the caller spells it in camelCase. */
  field: Schema.String,
  /** The rule that it breaks. It never repeats the value. */
  why: Schema.String
}) {
  readonly code = "invalid-input" as const

  override get message(): string {
    return `${this.field} ${this.why}`
  }
}

/** The call failed inside the host. The caller is not told why. */
export class Internal extends Schema.TaggedError<Internal>()("Internal", {
  /** Kept for the host's log. */
  cause: Schema.Defect()
}) {
  readonly code = "internal" as const

  override get message(): string {
    return "the call failed"
  }
}

/**
 * How a guarded call fails before or beside its port. Each has a `code`, and details that only the host sees. What the code
 * becomes in an interface without a case of that name is the interface's own.
 */
export type CallError = NotAllowed | InvalidInput | Internal
