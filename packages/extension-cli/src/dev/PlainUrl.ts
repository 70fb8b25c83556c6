import { noBrowser } from "@alga-psa/ext-development-host/Loopback"
import { executeBody, type Viewer } from "@alga-psa/ext-development-host/Viewer"
import { ExecuteRequest } from "@alga-psa/ext-runner/ExecuteRequest"
import type { Execution } from "@alga-psa/ext-runner/Execution"
import { ByteSize, Effect, Schema } from "effect"
import { HttpRouter, HttpServerRequest, HttpServerResponse } from "effect/http"
import { type ViewerName, viewerNames } from "./ViewerName.ts"

/** What the plain URL needs. */
export interface PlainUrlOptions {
  readonly execution: Execution["Service"]
  readonly viewer: (name: ViewerName) => Viewer
}

/** The largest body: what the product's gateway takes. */
const mostBytes = ByteSize.mebibytes(10)

/** Headers of a connection, which concern no handler. */
const ofConnection: ReadonlySet<string> = new Set([
  ...["connection", "content-length", "expect", "host", "keep-alive", "proxy-connection"],
  ...["te", "trailer", "transfer-encoding", "upgrade"]
])

const withoutConnection = (headers: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !ofConnection.has(name.toLowerCase())))

/** No answer is ever a document of this origin. */
const isolated = { "x-content-type-options": "nosniff", "content-security-policy": "sandbox; default-src 'none'" }

const decode = Schema.decodeUnknownEffect(ExecuteRequest)

const refuse = (status: number, body: object) => HttpServerResponse.jsonUnsafe(body, { status, headers: isolated })

/**
 * `/as/{viewer}/…`: runs the handler as that viewer, with any method, path, query, headers and body, and answers what the
 * handler answered, for `curl` and other programs on this computer. It answers its own loopback address alone, and nothing that a browser sends.
 */
export const plainUrlRoutes =
  ({ execution, viewer }: PlainUrlOptions) =>
  (own: Effect.Effect<string>) =>
    HttpRouter.use((router) => {
      const handle = Effect.gen(function* () {
        const { arrayBuffer, headers, method, url } = yield* HttpServerRequest.HttpServerRequest
        const { pathname, searchParams } = new URL(url, "http://host.invalid")
        const [, , given, ...rest] = pathname.split("/")
        const name = viewerNames.find((one) => one === given)
        if (name === undefined) return refuse(404, { error: "not_found", viewers: viewerNames })
        const bytes = yield* Effect.provideService(arrayBuffer, HttpServerRequest.MaxBodySize, mostBytes)
        const request = yield* decode(
          executeBody(viewer(name), {
            method,
            path: `/${rest.join("/")}`,
            query: Object.fromEntries(searchParams),
            headers: withoutConnection(headers),
            ...(bytes.byteLength === 0 ? {} : { body_b64: Buffer.from(bytes).toString("base64") })
          })
        )
        const { response } = yield* execution.run(request, crypto.randomUUID())
        const body = Buffer.from(response.body_b64 ?? "", "base64")
        return HttpServerResponse.uint8Array(body, {
          status: response.status,
          headers: { ...withoutConnection(response.headers), ...isolated }
        })
      }).pipe(
        Effect.catchTags({
          RunnerError: ({ message, status }) => Effect.succeed(refuse(status, { error: message })),
          HttpServerError: () => Effect.succeed(refuse(413, { error: "payload_too_large" })),
          SchemaError: () => Effect.succeed(refuse(400, { error: "invalid_request" }))
        })
      )
      return router.add("*", "/as/*", noBrowser(own)(handle))
    })
