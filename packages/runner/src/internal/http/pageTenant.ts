import { TenantId } from "@alga-psa/ext-domain"
import { Effect, Schema } from "effect"
import type { HttpServerRequest } from "effect/http"
import { fail, type RunnerError } from "../../RunnerError.ts"

/** Begins the part of a page's path that names the tenant. No file of a page can have a name that begins so. */
const mark = "~"

const decode = Schema.decodeUnknownEffect(TenantId)

/** Whose copy of a page is asked for, and which file of it. */
export interface PageTarget {
  /** Null where nobody says. */
  readonly tenant: TenantId | null
  /** Below `ui/`. */
  readonly segments: ReadonlyArray<string>
  /**
   * Where the same file is under a path that names the tenant, relative to this one; null where the files that the page
   * loads next name it anyway, because the path does or the gateway does in each of its requests.
   */
  readonly moved: string | null
}

/**
 * Reads the tenant from the path (`~{tenant}/…`), the header `x-alga-tenant` or the query's `tenant`. Where several name
 * one, they must agree. Fails with `not_found`.
 */
export const pageTarget = (
  { headers, url }: HttpServerRequest.HttpServerRequest,
  segments: ReadonlyArray<string>
): Effect.Effect<PageTarget, RunnerError> => {
  const [path = "", search = ""] = url.split(/(?=\?)/, 2)
  const [first = "", ...rest] = segments
  const inPath = first.startsWith(mark) ? first.slice(mark.length) : null
  const inHeader = headers["x-alga-tenant"] ?? null
  const inQuery = new URLSearchParams(search).get("tenant")
  const named = [inPath, inHeader, inQuery].filter((text) => text !== null)
  return Effect.forEach(named, (text) => decode(text)).pipe(
    Effect.filterOrFail((tenants) => new Set(tenants).size < 2),
    Effect.mapError(() => fail("not_found")),
    Effect.map(([tenant = null]) => {
      const file = path.split("/").slice(-segments.length)
      const up = "../".repeat(segments.length - 1) || "./"
      return {
        tenant,
        segments: inPath === null ? segments : rest,
        moved: inQuery === null || named.length > 1 ? null : `${up}${mark}${tenant}/${file.join("/")}${search}`
      }
    })
  )
}
