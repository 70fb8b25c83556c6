import type { PageFiles } from "@alga-psa/ext-extension-sdk/BuildPage"
import { ExecuteRequest } from "@alga-psa/ext-runner/ExecuteRequest"
import { Execution } from "@alga-psa/ext-runner/Execution"
import { ByteSize, Effect, Schema } from "effect"
import { HttpRouter, HttpServerRequest, HttpServerResponse, Mime } from "effect/http"
import { documentOf, indexDocument } from "./internal/document.ts"
import { loopbackOnly } from "./Loopback.ts"
import { executeBody, type Viewer } from "./Viewer.ts"

/** One page that a browser can open. */
export interface HostedPage {
  /** Its path, such as `/admin-user`. */
  readonly path: string
  /** What proves a request of this page; as hard to guess as a password. */
  readonly session: string
  /** Who looks, as it is at this moment. */
  readonly viewer: Effect.Effect<Viewer>
  /** Whether the extension has a page at this moment. Default: it has. */
  readonly framed?: Effect.Effect<boolean>
  /** The extension's name. */
  readonly title: string
  /** Tells the person who looks who that is. */
  readonly who: string
}

/** What a host page needs. */
export interface HostPageOptions {
  readonly pages: ReadonlyArray<HostedPage>
  /** The built files of the host page itself. */
  readonly files: PageFiles
  /** More of the document, in HTML, behind the frame. Default: nothing. It is made before the rest. */
  readonly aside?: Effect.Effect<string>
  /** The server's own origin. */
  readonly own: Effect.Effect<string>
  /** The origin of the extension's pages; another one. */
  readonly frames: Effect.Effect<string>
}

/** The largest body of a request of a page: what the product's gateway takes. */
const mostBytes = ByteSize.mebibytes(10)

const isolated = {
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "cache-control": "no-store"
}

const policy = (frames: string): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    "img-src data:",
    `frame-src ${frames}`,
    "form-action 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'"
  ].join("; ")

const refuse = (status: number, error: string) =>
  HttpServerResponse.jsonUnsafe({ error }, { status, headers: isolated })

const decode = Schema.decodeUnknownEffect(ExecuteRequest)

const readBody = Effect.gen(function* () {
  const request = yield* HttpServerRequest.HttpServerRequest
  const bytes = yield* Effect.provideService(request.arrayBuffer, HttpServerRequest.MaxBodySize, mostBytes)
  return bytes.byteLength === 0 ? {} : { body_b64: Buffer.from(bytes).toString("base64") }
})

/**
 * The routes of host pages, as the product has one around each extension's page: the document, an index of them at `/`, and
 * `/api/ext-proxy/{extensionId}/{route}`, where the page's requests arrive. It is for development on the loopback
 * address, and stands in for the gateway with a viewer that is fixed on this side.
 *
 * - A request proves itself with the page's session, in a header that no other site can send; cookies count for nothing.
 * - The session decides tenant, install and user. Another extension's id in the path is not found.
 * - What the handler answered comes back as bytes, never as a document of this origin.
 */
export const hostPageRoutes = ({ aside = Effect.succeed(""), files, frames, own, pages }: HostPageOptions) =>
  HttpRouter.use(
    Effect.fnUntraced(function* (router) {
      const execution = yield* Execution
      const guarded = loopbackOnly(own)

      for (const { framed = Effect.succeed(true), path, session, title, viewer, who } of pages) {
        const document = Effect.gen(function* () {
          const origin = yield* frames
          const behind = yield* aside
          const { contentHash, extension, tenant } = yield* viewer
          const query = new URLSearchParams({ tenant, extensionId: extension })
          const address = `${origin}/ext-ui/${extension}/sha256:${contentHash}/index.html?${query}`
          const settings = {
            frame: (yield* framed) ? address : null,
            title,
            extensionId: extension,
            session
          }
          return HttpServerResponse.text(documentOf({ title, who, settings, aside: behind }), {
            contentType: "text/html; charset=utf-8",
            headers: { ...isolated, "content-security-policy": policy(origin) }
          })
        })
        yield* router.add("GET", path as `/${string}`, guarded(document))
      }

      if (!pages.some(({ path }) => path === "/")) {
        const index = HttpServerResponse.text(indexDocument(pages), {
          contentType: "text/html; charset=utf-8",
          headers: { ...isolated, "content-security-policy": policy("'none'") }
        })
        yield* router.add("GET", "/", guarded(Effect.succeed(index)))
      }

      for (const [name, bytes] of Object.entries(files)) {
        const type = Mime.getType(name)
        const contentType = type._tag === "Some" ? `${type.value}; charset=utf-8` : "application/octet-stream"
        const file = HttpServerResponse.uint8Array(bytes, { contentType, headers: isolated })
        yield* router.add("GET", `/host/${name}`, guarded(Effect.succeed(file)))
      }

      const proxy = Effect.gen(function* () {
        const { headers, method, url } = yield* HttpServerRequest.HttpServerRequest
        const page = pages.find(({ session }) => session === headers["x-alga-host-session"])
        if (page === undefined) return refuse(401, "unauthorized")
        const viewer = yield* page.viewer
        const { pathname, searchParams } = new URL(url, "http://host.invalid")
        const root = `/api/ext-proxy/${viewer.extension}/`
        if (!pathname.startsWith(root)) return refuse(404, "not_found")
        const type = headers["content-type"]
        const request = yield* decode(
          executeBody(viewer, {
            method,
            path: pathname.slice(root.length - 1),
            query: Object.fromEntries(searchParams),
            headers: type === undefined ? {} : { "content-type": type },
            ...(yield* readBody)
          })
        )
        const { response } = yield* execution.run(request, crypto.randomUUID())
        const { body_b64 = "", status } = response
        return HttpServerResponse.uint8Array(Buffer.from(body_b64, "base64"), { status, headers: isolated })
      }).pipe(
        Effect.catchTags({
          RunnerError: (error) => Effect.succeed(refuse(error.status, error.message)),
          HttpServerError: () => Effect.succeed(refuse(413, "payload_too_large")),
          SchemaError: () => Effect.succeed(refuse(400, "invalid_request"))
        })
      )
      yield* router.add("*", "/api/ext-proxy/*", guarded(proxy))
    })
  )
