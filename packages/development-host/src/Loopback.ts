import { Effect } from "effect"
import { HttpServerRequest, HttpServerResponse } from "effect/http"

/** The answer to a request that was not meant for a server on the loopback address. */
const misdirected = HttpServerResponse.text("This server answers its own loopback address only.\n", { status: 421 })

/**
 * Lets through requests of programs on this computer, and none of a browser. The `Host` must be the server's own
 * address, and neither an `Origin` nor a `Sec-Fetch-Site` may be there. Browsers send the latter with every request to
 * a loopback address, whichever site it comes from, and no script can take it away.
 */
export const noBrowser =
  (own: Effect.Effect<string>) =>
  <E, R>(
    handle: Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>
  ): Effect.Effect<HttpServerResponse.HttpServerResponse, E, R | HttpServerRequest.HttpServerRequest> =>
    Effect.gen(function* () {
      const { headers } = yield* HttpServerRequest.HttpServerRequest
      const { host } = new URL(yield* own)
      const isBrowser = headers["origin"] !== undefined || headers["sec-fetch-site"] !== undefined
      return headers["host"] !== host || isBrowser ? misdirected : yield* handle
    })

/**
 * Lets through a browser's requests for this server's own pages. The `Host` must be the server's own address, or a site
 * whose name points here (DNS rebinding) could read the answer. An `Origin` must be the server's own, or any site could
 * send requests that change something.
 */
export const loopbackOnly =
  (own: Effect.Effect<string>) =>
  <E, R>(
    handle: Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>
  ): Effect.Effect<HttpServerResponse.HttpServerResponse, E, R | HttpServerRequest.HttpServerRequest> =>
    Effect.gen(function* () {
      const { headers, method, url } = yield* HttpServerRequest.HttpServerRequest
      const origin = yield* own
      const { host, port } = new URL(origin)
      if (headers["host"] === `localhost:${port}` && method === "GET") {
        return HttpServerResponse.redirect(`${origin}${url}`, { status: 307 })
      }
      const foreign = headers["origin"] !== undefined && headers["origin"] !== origin
      return headers["host"] !== host || foreign ? misdirected : yield* handle
    })
