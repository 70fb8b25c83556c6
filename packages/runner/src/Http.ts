import { Effect } from "effect"
import { HttpRouter, HttpServerError, HttpServerResponse } from "effect/http"
import { openApi } from "./Api.ts"
import { named, only, refuse } from "./internal/http/answer.ts"
import { execute } from "./internal/http/execute.ts"
import { extensionUi } from "./internal/http/extensionUi.ts"
import { alive, metrics, ready } from "./internal/http/health.ts"
import { trigger, triggersPath } from "./internal/http/trigger.ts"
import { warmup } from "./internal/http/warmup.ts"
import { fail } from "./RunnerError.ts"

const read = ["GET", "HEAD"]

const isRouteNotFound = (error: unknown): boolean =>
  HttpServerError.isHttpServerError(error) && error.reason._tag === "RouteNotFound"

export { extensionUi }

/** The runner's routes, as {@link openApi} describes them. Everything else is `not_found` or `method_not_allowed`. */
export const routes = HttpRouter.use(
  Effect.fnUntraced(function* (router) {
    const notFound = named(() => Effect.succeed(refuse(fail("not_found"))))
    // A path that cannot be decoded fits no route, not even the last one; the router does not know that this is handled.
    yield* router.addGlobalMiddleware((app) => Effect.catchIf(app, isRouteNotFound, () => notFound) as typeof app)
    const description = HttpServerResponse.jsonUnsafe(openApi)
    yield* router.add("*", "/v1/execute", only(["POST"], execute))
    yield* router.add("*", `${triggersPath}/:id`, only(read, trigger))
    yield* router.add("*", "/warmup", only(["POST"], warmup))
    yield* router.add("*", "/ext-ui/:extensionId/:contentHash/*", only(read, extensionUi))
    yield* router.add("*", "/healthz", only(read, alive))
    yield* router.add("*", "/readyz", only(read, ready))
    yield* router.add("*", "/metrics", only(read, metrics))
    yield* router.add(
      "*",
      "/openapi.json",
      only(read, () => Effect.succeed(description))
    )
    yield* router.add("*", "/*", notFound)
  })
)
