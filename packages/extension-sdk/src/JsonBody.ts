import type { ExecuteRequest } from "@alga-psa/extension-runtime"
import { RequestError } from "./RequestError.ts"

/**
 * The request's body as JSON, of unknown shape; null where there is no body. Throws a `RequestError` where it is not
 * UTF-8 or not JSON.
 *
 * @example
 * ```ts
 * import { readJson } from "@alga-psa/ext-extension-sdk"
 *
 * const http = { method: "POST", url: "/", headers: [], body: new TextEncoder().encode('{"name":"Northwind"}') }
 * console.log(readJson({ context: { tenantId: "tenant", extensionId: "extension" }, http }))
 * ```
 */
export const readJson = (request: ExecuteRequest): unknown => {
  const body = request.http.body
  if (!body || body.length === 0) return null
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body))
  } catch {
    throw new RequestError("body", "must be JSON in UTF-8")
  }
}
