import { UiProxy, UiProxyError } from "@alga-psa/ext-domain/UiProxy"
import { Effect, Layer } from "effect"
import { MemoryInstalls } from "./MemoryInstalls.ts"

const isRoute = (route: string): boolean => {
  const [path = ""] = route.split(/[?#]/)
  return path.trim() !== "" && !path.split("/").some((segment) => segment === "." || segment === "..")
}

const refuse = (code: UiProxyError["code"]) => Effect.fail(new UiProxyError({ code }))

/** {@link UiProxy} over the routes in {@link MemoryInstalls}. */
export const layerUiProxy: Layer.Layer<UiProxy, never, MemoryInstalls> = Layer.effect(
  UiProxy,
  Effect.map(MemoryInstalls, (installs) =>
    UiProxy.of({
      callRoute: Effect.fnUntraced(function* (route, payload) {
        if (!isRoute(route)) return yield* refuse("bad-request")
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
