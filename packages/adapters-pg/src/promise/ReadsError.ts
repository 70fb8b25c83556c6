/** What went wrong, for code that decides by it. */
export type ReadsErrorCode =
  /** An argument breaks a rule; no statement was sent. */
  | "invalid-input"
  /** A guarded read that the install or the user may not make. */
  | "not-allowed"
  /** The database could not be reached, or ended the connection. */
  | "unavailable"
  /** No answer in time. */
  | "timeout"
  /** The database refused the statement, such as for a missing table or right. */
  | "failed"
  /** The database answered with data that breaks its own rules. */
  | "corrupt"
  /** The door was closed. */
  | "closed"
  /** The audit function failed, so the answer is withheld. */
  | "audit-failed"

/** Whatever a read fails with. */
export abstract class ReadsError extends Error {
  abstract readonly code: ReadsErrorCode
  /** Whether the same call may succeed later. */
  readonly retryable: boolean = false
}

/** An argument breaks a rule. No statement was sent. */
export class InvalidInputError extends ReadsError {
  override readonly name = "InvalidInputError"
  readonly code = "invalid-input"
  /** The argument, or the field of the input, as callers spell it. */
  readonly field: string
  /** What it has to be, such as `must be 1 to 100`. It never repeats the value. */
  readonly rule: string

  constructor(field: string, rule: string) {
    super(`${field} ${rule}`)
    this.field = field
    this.rule = rule
  }
}

/** The install or the user may not make this read. */
export class NotAllowedError extends ReadsError {
  override readonly name = "NotAllowedError"
  readonly code = "not-allowed"
  /** `capability`: the install lacks it, or is not available. `rbac`: the user is unknown, inactive or lacks the permission. */
  readonly reason: "capability" | "rbac"
  /** The capability or permission that is missing. */
  readonly missing: string

  constructor(reason: "capability" | "rbac", missing: string, message: string) {
    super(message)
    this.reason = reason
    this.missing = missing
  }
}

/** The database could not answer. */
export class ReadFailedError extends ReadsError {
  override readonly name = "ReadFailedError"
  readonly code: "unavailable" | "timeout" | "failed" | "corrupt"
  override readonly retryable: boolean

  /** `cause`: what the caller's own query function failed with; else an error with the SQLSTATE and no value of a row. */
  constructor(code: ReadFailedError["code"], message: string, cause: unknown) {
    super(message, { cause })
    this.code = code
    this.retryable = code === "unavailable" || code === "timeout"
  }
}

/** The door was closed before the call. */
export class ClosedError extends ReadsError {
  override readonly name = "ClosedError"
  readonly code = "closed"

  constructor() {
    super("the reads are closed: open new ones")
  }
}

/** The audit function failed, so the answer is withheld, whatever it was. */
export class AuditFailedError extends ReadsError {
  override readonly name = "AuditFailedError"
  readonly code = "audit-failed"

  /** `cause`: what the audit function failed with. */
  constructor(cause: unknown) {
    super("the audit function failed, so the read is not answered", { cause })
  }
}
