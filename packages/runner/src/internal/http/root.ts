import { Effect } from "effect"
import { type HttpServerRequest, HttpServerResponse } from "effect/http"
import { fail } from "../../RunnerError.ts"
import { answered } from "./answer.ts"
import { OwnerOfHost } from "./pageHost.ts"

/**
 * `GET /`: moves to the page of the install that owns the `Host`, as the product's frames ask for it. What the product says of
 * its own origin (`parentOrigin`) comes along. Any other host is `not_found`.
 */
export const root = ({ url }: HttpServerRequest.HttpServerRequest) =>
  Effect.gen(function* () {
    const owner = yield* OwnerOfHost
    if (owner === null) return yield* fail("not_found")
    const { contentHash, extensionId, tenantId } = owner
    const parentOrigin = new URLSearchParams(url.split(/\?/, 2)[1]).get("parentOrigin")
    const query = new URLSearchParams({
      tenant: tenantId,
      extensionId,
      ...(parentOrigin === null ? {} : { parentOrigin })
    })
    const location = `/ext-ui/${extensionId}/sha256:${contentHash}/index.html?${query}`
    return HttpServerResponse.empty({ status: 307, headers: { location, "cache-control": "no-store" } })
  }).pipe(answered)
