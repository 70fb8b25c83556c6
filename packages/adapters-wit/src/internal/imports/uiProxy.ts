import { GuardedUiProxy } from "@alga-psa/ext-domain"
import { Effect, Schema } from "effect"
import { hostFunction, hostInterface, renamed, replyOr } from "./hostFunction.ts"
import { bytes, option } from "./witTypes.ts"

/** The arguments of the interface's functions. */
export const uiProxyArguments = { callRoute: Schema.Tuple([Schema.String, option(bytes)]) }

const refusal = renamed({ "not-allowed": "denied", "invalid-input": "bad-request" })

/** The interface `ui-proxy` over the guarded port. */
export const uiProxyInterface = Effect.map(GuardedUiProxy, (proxy) =>
  hostInterface({
    callRoute: hostFunction(uiProxyArguments.callRoute, ([route, payload]) =>
      replyOr(proxy.callRoute(route, payload ?? null), refusal)
    )
  })
)
