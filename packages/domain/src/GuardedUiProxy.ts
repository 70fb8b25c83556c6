import { Context, Effect, Layer, Schema } from "effect"
import type { Authorization } from "./Authorization.ts"
import type { Guarded } from "./Guarded.ts"
import { guardOf } from "./internal/guard.ts"
import * as Input from "./internal/input.ts"
import { UiProxy, UiProxyError, type UiProxyService } from "./UiProxy.ts"

/** Routes of the product for an execution that has `cap:ui.proxy`. A route has 1 to 2,048 characters. */
export class GuardedUiProxy extends Context.Service<GuardedUiProxy, Guarded<UiProxyService>>()(
  "@alga-psa/ext-domain/GuardedUiProxy"
) {}

const calling = {
  name: "ui-proxy.call-route",
  span: "UiProxy.callRoute",
  access: "write",
  capability: "cap:ui.proxy",
  permission: null,
  errors: [UiProxyError]
} as const

const decodeCall = Input.decode(
  Schema.Struct({ route: Input.text(1, 2_048), payload: Schema.NullOr(Schema.Uint8Array) }),
  "route"
)

const make = Effect.gen(function* () {
  const proxy = yield* UiProxy
  const guarded = yield* guardOf([calling])

  return GuardedUiProxy.of({
    callRoute: (route, payload) =>
      guarded(calling, {
        input: decodeCall({ route, payload }),
        repeatable: ({ payload }) => payload === null,
        run: (_, valid) => proxy.callRoute(valid.route, valid.payload),
        count: () => 1
      })
  })
})

/** The guarded port over the port. */
export const layerGuardedUiProxy: Layer.Layer<GuardedUiProxy, never, UiProxy | Authorization> = Layer.effect(
  GuardedUiProxy,
  make
)
