import type { Invocation } from "@alga-psa/ext-domain"
import { Context, Effect, Layer, Schema } from "effect"
import type { HttpHeader, HttpRequest } from "./Execute.ts"

/** Why a fetch did not take place; the cases of the WIT enum `http-error`. */
export class HttpFetchError extends Schema.TaggedError<HttpFetchError>()("HttpFetchError", {
  code: Schema.Literals(["invalid-url", "not-allowed", "transport", "internal"])
}) {}

/** The answer to a fetch. */
export interface HttpFetchResponse {
  readonly status: number
  readonly headers: ReadonlyArray<HttpHeader>
  readonly body: Uint8Array | null
}

/**
 * Requests of extensions to the outside.
 *
 * Guarantees, for every implementation:
 * - Time and size are bounded, and the host's own network is not reachable.
 * - Asked only where the capability `cap:http.fetch` is effective.
 */
export interface HttpFetchService {
  /** Sends a request to the absolute URL in `url`. Any status is a success. */
  readonly fetch: (request: HttpRequest) => Effect.Effect<HttpFetchResponse, HttpFetchError, Invocation>
}

/** The port to the outside. */
export class HttpFetch extends Context.Service<HttpFetch, HttpFetchService>()("@alga-psa/ext-adapters-wit/HttpFetch") {}

/** Lets nothing out. */
export const layerHttpFetchDenied: Layer.Layer<HttpFetch> = Layer.succeed(HttpFetch, {
  fetch: () => Effect.fail(new HttpFetchError({ code: "not-allowed" }))
})
