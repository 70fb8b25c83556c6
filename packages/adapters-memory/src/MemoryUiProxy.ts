import { isProxyRoute } from "@alga-psa/ext-domain/ProxyRoute"
import { UiProxy, UiProxyError } from "@alga-psa/ext-domain/UiProxy"
import { Effect, Layer } from "effect"
import { MemoryInstalls } from "./MemoryInstalls.ts"

const refuse = (code: UiProxyError["code"]) => Effect.fail(new UiProxyError({ code }))

/** {@link UiProxy} over the routes in {@link MemoryInstalls}. */
export const layerUiProxy: Layer.Layer<UiProxy, never, MemoryInstalls> = Layer.effect(
  UiProxy,
  Effect.map(MemoryInstalls, (installs) =>
    UiProxy.of({
      callRoute: Effect.fnUntraced(function* (route, payload) {
        if (!isProxyRoute(route)) return yield* refuse("bad-request")
        const { routes } = yield* installs.fixtures
        const method = payload === null ? "GET" : "POST"
        const found = routes.find((one) => one.route === route && one.method === method)
        if (found === undefined) return yield* refuse("route-not-found")
        yield* installs.send({ route, payload })
        return typeof found.answer === "string" ? yield* refuse(found.answer) : found.answer
      })
    })
  )
)
