import { Context, Effect, Option, Schema } from "effect"
import { type HttpServerRequest, HttpServerResponse, Mime } from "effect/http"
import { FileParams } from "../../Api.ts"
import { waitFor, withDeadline } from "../../Deadline.ts"
import { ExtensionUi } from "../../ExtensionUi.ts"
import { fail } from "../../RunnerError.ts"
import { answered } from "./answer.ts"
import { byteRange } from "./byteRange.ts"
import { namedTenant } from "./namedTenant.ts"
import { hasTag, pageHeaders } from "./pageHeaders.ts"
import { OwnerOfHost } from "./pageHost.ts"

/** Which origins may frame an extension's page, as in the directive `frame-ancestors`. Default: its own. */
export const FrameAncestors = Context.Reference<string>("@alga-psa/ext-runner/FrameAncestors", {
  defaultValue: () => "'self'"
})

const decodeParams = Schema.decodeUnknownEffect(FileParams)

const decodeSegment = (segment: string) =>
  Effect.try({ try: () => decodeURIComponent(segment), catch: () => fail("not_found") }).pipe(
    Effect.filterOrFail(
      (name) => !/[/\\\0]/.test(name),
      () => fail("not_found")
    )
  )

const contentType = (path: string): string => {
  const type = Option.getOrElse(Mime.getType(path), () => "application/octet-stream")
  return /^text\/|javascript|json|svg/.test(type) ? `${type}; charset=utf-8` : type
}

interface Described {
  readonly contentType: string
  readonly headers: Readonly<Record<string, string>>
}

/** A file, or the part of it that is asked for, which players of sound and film want. */
const partOf = (
  { headers: asked }: HttpServerRequest.HttpServerRequest,
  bytes: Uint8Array,
  etag: string,
  how: Described
) => {
  const range = (asked["if-range"] ?? etag) === etag ? byteRange(asked["range"] ?? "", bytes.byteLength) : "whole"
  if (range === "whole") return HttpServerResponse.uint8Array(bytes, how)
  const ofSize = (part: string) => ({ ...how.headers, "content-range": `bytes ${part}/${bytes.byteLength}` })
  return range === "outside"
    ? HttpServerResponse.empty({ status: 416, headers: { ...ofSize("*"), "cache-control": "no-store" } })
    : HttpServerResponse.uint8Array(bytes.subarray(range.first, range.last + 1), {
        ...how,
        status: 206,
        headers: ofSize(`${range.first}-${range.last}`)
      })
}

/**
 * `GET /ext-ui/{extensionId}/{contentHash}/{path}`: a file below `ui/` of the bundle; a path that is empty or ends with a
 * slash means its `index.html`. The name is looked up among the archive's own, never on a disk.
 *
 * Whose copy it is follows from the `Host`, else from who is named, else from the extension and the hash. Answered within the
 * deployment's longest time for a request.
 */
export const extensionUi = (http: HttpServerRequest.HttpServerRequest) =>
  Effect.gen(function* () {
    const [, , extensionText = "", hashText = "", ...encoded] = (http.url.split(/[?#]/)[0] ?? "").split("/")
    const segments = { extensionId: decodeSegment(extensionText), contentHash: decodeSegment(hashText) }
    const { contentHash: hash, extensionId: extension } = yield* Effect.mapError(
      Effect.flatMap(Effect.all(segments), decodeParams),
      () => fail("not_found")
    )
    const path = (yield* Effect.forEach(encoded, decodeSegment)).join("/")
    const asked = path === "" || path.endsWith("/") ? `${path}index.html` : path
    const [owner, tenant] = yield* Effect.all([OwnerOfHost, namedTenant(http)])
    const page = yield* ExtensionUi
    const file = page.file({ owner, tenant, extension, hash, path: asked })
    const { bytes, name, sha256 } = yield* waitFor("page")(file)
    const type = contentType(name)
    const kept = name !== asked ? "fallback" : type.startsWith("text/html") ? "document" : "file"
    const etag = `"${sha256}"`
    const headers = pageHeaders(kept, etag, yield* FrameAncestors)
    if (kept === "fallback") return HttpServerResponse.uint8Array(bytes, { contentType: type, headers })
    if (hasTag(http.headers["if-none-match"] ?? "", etag)) return HttpServerResponse.empty({ status: 304, headers })
    return partOf(http, bytes, etag, { contentType: type, headers: { ...headers, "accept-ranges": "bytes" } })
  }).pipe(withDeadline(null), answered)
