import { QueryParameters } from "./QueryParameters.ts"
import { RequestError } from "./RequestError.ts"

/** The parts of a request's `url`. */
export interface RequestUrl {
  /** The path as it was sent, without query or fragment. */
  readonly path: string
  /** The path's segments, percent-decoded one by one: an encoded slash stays inside its segment. */
  readonly segments: ReadonlyArray<string>
  readonly query: QueryParameters
}

const decodeSegment = (segment: string): string => {
  try {
    return decodeURIComponent(segment)
  } catch {
    throw new RequestError("path", "must be valid percent-encoding")
  }
}

/**
 * Takes apart the `url` of a request (path plus query) without needing `URL`. An empty trailing segment is dropped.
 * Throws a `RequestError` where a path segment is not valid percent-encoding.
 *
 * @example
 * ```ts
 * import { parseRequestUrl } from "@alga-psa/ext-extension-sdk"
 *
 * const { query, segments } = parseRequestUrl("/api/clients?search=north")
 * console.log(segments, query.text("search")) // [ 'api', 'clients' ] north
 * ```
 */
export const parseRequestUrl = (url: string): RequestUrl => {
  const [beforeFragment = ""] = url.split("#", 1)
  const split = beforeFragment.indexOf("?")
  const path = split < 0 ? beforeFragment : beforeFragment.slice(0, split)
  const parts = path.replace(/^\//, "").split("/")
  if (parts.at(-1) === "") parts.pop()
  return {
    path,
    segments: parts.map(decodeSegment),
    query: new QueryParameters(split < 0 ? "" : beforeFragment.slice(split + 1))
  }
}
