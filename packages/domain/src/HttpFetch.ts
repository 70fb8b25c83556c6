import { Context, Effect, Layer, Schema } from "effect"
import type { Invocation } from "./Invocation.ts"
import { NotOffered } from "./NotOffered.ts"

/** Why a fetch did not take place; the cases of the WIT enum `http-error`. */
export class HttpFetchError extends Schema.TaggedError<HttpFetchError>()("HttpFetchError", {
  code: Schema.Literals(["invalid-url", "not-allowed", "transport", "internal"]),
  /** For the host's own log. It never reaches an extension. */
  cause: Schema.optionalKey(Schema.Defect())
}) {}

/** A header, as it was written. */
export interface HttpFetchHeader {
  readonly name: string
  readonly value: string
}

/** A request to the outside. */
export interface HttpFetchRequest {
  readonly method: string
  /** Absolute, `http` or `https`. */
  readonly url: string
  readonly headers: ReadonlyArray<HttpFetchHeader>
  readonly body: Uint8Array | null
}

/** The answer to a fetch. */
export interface HttpFetchResponse {
  readonly status: number
  readonly headers: ReadonlyArray<HttpFetchHeader>
  readonly body: Uint8Array | null
}

/** Whether a method is a token of HTTP. */
export const isHttpMethod = (method: string): boolean => /^[\w!#$%&'*+.^`|~-]+$/.test(method)

/**
 * Requests of extensions to the outside. It checks no right: that is the work of `GuardedHttpFetch`.
 *
 * Guarantees, for every implementation:
 * - Time and size are bounded, and the host's own network is not reachable.
 * - Any status is a success, 4xx and 5xx too. A redirect is an answer: it is not followed.
 * - A URL that is not absolute, is neither `http` nor `https`, or has a user is `invalid-url`, and so is a method that is no token of
 *   HTTP. A URL that the install may not reach is `not-allowed`.
 * - `transport` means that no answer began: the request could not be sent, or no head of an answer came in time. `internal` means that
 *   an answer began and could not be read whole. In both cases the request may have been carried out.
 * - A request is sent once at most.
 */
export interface HttpFetchService {
  /** Sends a request and gives the whole answer. */
  readonly fetch: (request: HttpFetchRequest) => Effect.Effect<HttpFetchResponse, HttpFetchError, Invocation>
}

/** The port to the outside. */
export class HttpFetch extends Context.Service<HttpFetch, HttpFetchService>()("@alga-psa/ext-domain/HttpFetch") {}

/** Lets nothing out. */
export const layerHttpFetchDenied: Layer.Layer<HttpFetch> = Layer.succeed(HttpFetch, {
  fetch: () => Effect.fail(new HttpFetchError({ code: "not-allowed", cause: new NotOffered({ port: "http" }) }))
})
