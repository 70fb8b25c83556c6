import { Effect, Schema } from "effect"
import { error } from "../../HostCall.ts"
import { UiProxy } from "../../UiProxy.ts"
import { gateFor } from "./gated.ts"
import { hostFunction, hostInterface, reply } from "./hostFunction.ts"
import { bytes, option } from "./witTypes.ts"

/** The arguments of the interface's functions. */
export const uiProxyArguments = { callRoute: Schema.Tuple([Schema.String, option(bytes)]) }

const replies = { denied: error("denied"), internal: error("internal") }

/** The interface `ui-proxy` over its port, behind `cap:ui.proxy`. */
export const uiProxyInterface = Effect.gen(function* () {
  const proxy = yield* UiProxy
  const gated = yield* gateFor("cap:ui.proxy")
  return hostInterface({
    callRoute: hostFunction(uiProxyArguments.callRoute, ([route, payload]) =>
      gated(replies, reply(proxy.callRoute(route, payload ?? null), replies.internal))
    )
  })
})
