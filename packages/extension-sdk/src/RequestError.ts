/**
 * A request that the extension itself finds wrong: answer 400 with its code.
 *
 * @example
 * ```ts
 * import { RequestError, errorResponse } from "@alga-psa/ext-extension-sdk"
 *
 * const error = new RequestError("query page", "must be a number")
 * console.log(error.message, errorResponse(error.code).status) // query page must be a number 400
 * ```
 */
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

/**
 * Whether a caught value is a `RequestError`.
 *
 * @example
 * ```ts
 * import { isRequestError, parseRequestUrl } from "@alga-psa/ext-extension-sdk"
 *
 * try {
 *   parseRequestUrl("/api?page=two").query.number("page")
 * } catch (error) {
 *   if (!isRequestError(error)) throw error
 *   console.log(error.field) // query page
 * }
 * ```
 */
export const isRequestError = (value: unknown): value is RequestError => value instanceof RequestError
