/** A request that the extension itself finds wrong: answer 400 with its code. */
export class RequestError extends Error {
  override readonly name = "RequestError"
  readonly code = "invalid-input"
  /** What was wrong, such as `query page` or `body`. */
  readonly field: string

  constructor(field: string, rule: string) {
    super(`${field} ${rule}`)
    this.field = field
  }
}

/** Whether a caught value is a `RequestError`. */
export const isRequestError = (value: unknown): value is RequestError => value instanceof RequestError
