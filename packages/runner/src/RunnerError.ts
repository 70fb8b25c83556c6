import { foreignText } from "@alga-psa/ext-adapters-wit/ForeignText"
import { UsedRights } from "@alga-psa/ext-domain"
import { Schema } from "effect"

/** The texts that callers look for at the start of `error`, and the HTTP status of each. */
export const statusOf = {
  unauthorized: 401,
  invalid_json: 400,
  invalid_request: 400,
  missing_routing_headers: 400,
  routing_mismatch: 400,
  not_found: 404,
  method_not_allowed: 405,
  payload_too_large: 413,
  unsupported_media_type: 415,
  idempotency_mismatch: 422,
  rate_limited: 429,
  unknown_install: 404,
  install_disabled: 403,
  tenant_suspended: 403,
  not_allowed: 403,
  bundle_fetch_failed: 502,
  execute_failed: 500,
  secret_decrypt_failed: 500,
  runner_lost: 502,
  overloaded: 503,
  data_unavailable: 503,
  not_ready: 503,
  shutting_down: 503,
  internal: 500
} as const

export type RunnerErrorCode = keyof typeof statusOf

/** The status of the HTTP answer. Callers expect secrets that cannot be opened as an answer of 200 whose body says 500. */
export const httpStatusOf = (code: RunnerErrorCode): number => (code === "secret_decrypt_failed" ? 200 : statusOf[code])

/** An execution that the runner did not carry out. */
export class RunnerError extends Schema.TaggedError<RunnerError>()("RunnerError", {
  code: Schema.Literals(Object.keys(statusOf) as ReadonlyArray<RunnerErrorCode>),
  /** What the caller may know; empty when the code says it all. It holds nothing of the host's inside. */
  detail: Schema.String,
  /**
   * The rights that it had used by then, where the handler had got the request: such a failure is an outcome. Without them
   * nothing ran, or nobody can tell.
   */
  ran: Schema.optionalKey(UsedRights),
  /** For the log only. */
  cause: Schema.optional(Schema.Defect()),
  /** After how many milliseconds trying again may help, where that is known. */
  retryAfterMillis: Schema.optional(Schema.Finite)
}) {
  get status(): number {
    return statusOf[this.code]
  }

  get httpStatus(): number {
    return httpStatusOf(this.code)
  }

  /** After how many seconds trying again may help; null where it does not. */
  get retryAfterSeconds(): number | null {
    return this.status === 429 || this.status === 503
      ? Math.max(1, Math.ceil((this.retryAfterMillis ?? 0) / 1000))
      : null
  }

  /** The text of the response's `error`: one line, as the detail may hold names of a bundle's. */
  override get message(): string {
    return this.detail === "" ? this.code : foreignText(`${this.code}: ${this.detail}`)
  }
}

/** The failure of an execution that had used these rights when it failed. */
export const afterRun = ({ cause, code, detail, retryAfterMillis }: RunnerError, ran: UsedRights): RunnerError =>
  new RunnerError({ code, detail, ran, cause, retryAfterMillis })

/** Makes a failure of this code. */
export const fail = (code: RunnerErrorCode, detail = "", cause?: unknown): RunnerError =>
  new RunnerError({ code, detail, ...(cause === undefined ? {} : { cause }) })
