import type { Invocation } from "@alga-psa/ext-domain"
import { Context, Effect, Layer, Schema } from "effect"

/** Why a route did not answer; the cases of the WIT enum `proxy-error`. */
export class UiProxyError extends Schema.TaggedError<UiProxyError>()("UiProxyError", {
  code: Schema.Literals(["route-not-found", "denied", "bad-request", "internal"])
}) {}

/** Routes of the product that extensions may call. Asked only where the capability `cap:ui.proxy` is effective. */
export interface UiProxyService {
  /** The route's answer, which may be empty. */
  readonly callRoute: (route: string, payload: Uint8Array | null) => Effect.Effect<Uint8Array, UiProxyError, Invocation>
}

/** The port to the product's routes. */
export class UiProxy extends Context.Service<UiProxy, UiProxyService>()("@alga-psa/ext-adapters-wit/UiProxy") {}

/** Has no routes for anybody. */
export const layerUiProxyDenied: Layer.Layer<UiProxy> = Layer.succeed(UiProxy, {
  callRoute: () => Effect.fail(new UiProxyError({ code: "denied" }))
})
