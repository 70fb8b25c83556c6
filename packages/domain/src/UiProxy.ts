import { Context, Effect, Layer, Schema } from "effect"
import type { Invocation } from "./Invocation.ts"
import { NotOffered } from "./NotOffered.ts"

/** Why a route did not answer; the cases of the WIT enum `proxy-error`. */
export class UiProxyError extends Schema.TaggedError<UiProxyError>()("UiProxyError", {
  code: Schema.Literals(["route-not-found", "denied", "bad-request", "internal"]),
  /** For the host's own log. It never reaches an extension. */
  cause: Schema.optionalKey(Schema.Defect())
}) {}

/**
 * Routes of the product that extensions may call. It checks no right: that is the work of `GuardedUiProxy`.
 *
 * Guarantees, for every implementation:
 * - A route that is not there for the install is `route-not-found`.
 * - A blank route, and one with a `.` or `..` segment, is `bad-request` and calls nothing. `isProxyRoute` says which.
 * - A call is sent once at most.
 */
export interface UiProxyService {
  /** The route's answer, which may be empty. Null for no payload is a GET, anything else a POST. */
  readonly callRoute: (route: string, payload: Uint8Array | null) => Effect.Effect<Uint8Array, UiProxyError, Invocation>
}

/** The port to the product's routes. */
export class UiProxy extends Context.Service<UiProxy, UiProxyService>()("@alga-psa/ext-domain/UiProxy") {}

/** Has no routes for anybody. */
export const layerUiProxyDenied: Layer.Layer<UiProxy> = Layer.succeed(UiProxy, {
  callRoute: () => Effect.fail(new UiProxyError({ code: "denied", cause: new NotOffered({ port: "ui-proxy" }) }))
})
