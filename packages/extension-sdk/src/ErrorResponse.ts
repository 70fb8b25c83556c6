import type { ExecuteResponse, HttpHeader } from "@alga-psa/extension-runtime"
import { jsonResponse } from "@alga-psa/extension-runtime"

const statuses: ReadonlyMap<string, number> = new Map([
  ["invalid-input", 400],
  ["bad-request", 400],
  ["invalid-url", 400],
  ["validation-failed", 400],
  ["not-allowed", 403],
  ["denied", 403],
  ["not-found", 404],
  ["missing", 404],
  ["route-not-found", 404],
  ["not-available", 404],
  ["method-not-allowed", 405],
  ["conflict", 409],
  ["quota-exceeded", 429],
  ["transport", 502]
])

/** What an error response may say beside its code. */
export interface ErrorResponseInit {
  /** Default: the usual status of the code (403 for `not-allowed`, 400 for `invalid-input`, …), else 500. */
  readonly status?: number
  /** Sent beside `content-type`. */
  readonly headers?: ReadonlyArray<HttpHeader>
}

/**
 * A response with the body `{"error": code}`.
 *
 * @example
 * ```ts
 * import { errorResponse } from "@alga-psa/ext-extension-sdk"
 *
 * console.log(errorResponse("not-allowed").status, errorResponse("teapot", { status: 418 }).status) // 403 418
 * ```
 */
export const errorResponse = (code: string, init: ErrorResponseInit = {}): ExecuteResponse =>
  jsonResponse(
    { error: code },
    {
      status: init.status ?? statuses.get(code) ?? 500,
      headers: [{ name: "content-type", value: "application/json" }, ...(init.headers ?? [])]
    }
  )
