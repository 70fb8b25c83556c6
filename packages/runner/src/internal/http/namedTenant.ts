import { TenantId } from "@alga-psa/ext-domain"
import { Effect, Schema } from "effect"
import type { HttpServerRequest } from "effect/http"
import { fail, type RunnerError } from "../../RunnerError.ts"

const decode = Schema.decodeUnknownEffect(TenantId)

/**
 * The tenant that a request for a page names, in the query's `tenant`, in `x-tenant-id` or in `x-alga-tenant`; null where none
 * does. Fails with `not_found` where they disagree, or one of them is no tenant.
 */
export const namedTenant = ({
  headers,
  url
}: HttpServerRequest.HttpServerRequest): Effect.Effect<TenantId | null, RunnerError> => {
  const [, search = ""] = url.split(/\?/, 2)
  const inHeaders = [headers["x-tenant-id"], headers["x-alga-tenant"]].filter((text) => text !== undefined)
  const named = [...new URLSearchParams(search).getAll("tenant"), ...inHeaders]
  return Effect.forEach(named, (text) => decode(text)).pipe(
    Effect.filterOrFail((tenants) => new Set(tenants).size < 2),
    Effect.mapError(() => fail("not_found")),
    Effect.map(([tenant = null]) => tenant)
  )
}
