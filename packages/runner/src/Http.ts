import { Effect, Layer } from "effect"
import { HttpRouter, HttpServerError, type HttpServerRequest, HttpServerResponse } from "effect/http"
import { type api, type EndpointName, endpoints, openApi } from "./Api.ts"
import { layerAccess } from "./internal/http/access.ts"
import { named, only, refuse } from "./internal/http/answer.ts"
import { layerClosing } from "./internal/http/closing.ts"
import { execute } from "./internal/http/execute.ts"
import { extensionUi } from "./internal/http/extensionUi.ts"
import { alive, metrics, ready } from "./internal/http/health.ts"
import { layerPageHosts } from "./internal/http/pageHost.ts"
import { root } from "./internal/http/root.ts"
import { layerTodaysRunner } from "./internal/http/todaysRunner.ts"
import { trigger } from "./internal/http/trigger.ts"
import { warmup } from "./internal/http/warmup.ts"
import { fail } from "./RunnerError.ts"

const isRouteNotFound = (error: unknown): boolean =>
  HttpServerError.isHttpServerError(error) && error.reason._tag === "RouteNotFound"

export { extensionUi }

const described = () => Effect.sync(() => HttpServerResponse.jsonUnsafe(openApi()))

type Handler<R> = (
  http: HttpServerRequest.HttpServerRequest
) => Effect.Effect<HttpServerResponse.HttpServerResponse, never, R>

/** What answers each endpoint of the {@link api}. */
const handlers = {
  execute,
  trigger,
  warmup,
  root,
  file: extensionUi,
  healthz: alive,
  readyz: ready,
  metrics,
  openapi: described
} satisfies { readonly [Name in EndpointName]: Handler<unknown> }

const handlerOf = (name: EndpointName): Handler<Effect.Services<ReturnType<(typeof handlers)[EndpointName]>>> =>
  handlers[name]

const endpointRoutes = HttpRouter.use(
  Effect.fnUntraced(function* (router) {
    const notFound = named(() => Effect.succeed(refuse(fail("not_found"))))
    // A path that cannot be decoded fits no route, not even the last one; the router does not know that this is handled.
    yield* router.addGlobalMiddleware((app) => Effect.catchIf(app, isRouteNotFound, () => notFound) as typeof app)
    for (const { identifier, method, path } of endpoints) {
      yield* router.add("*", path, only(method === "GET" ? ["GET", "HEAD"] : [method], handlerOf(identifier)))
    }
    yield* router.add("*", "/*", notFound)
  })
)

/**
 * The runner's routes: the methods and paths of the {@link api}, which {@link openApi} describes. Everything else is
 * `not_found` or `method_not_allowed`, but for the two paths of today's runner and that of access records where they are open. On hosts that installs own there are pages alone.
 */
export const routes = Layer.mergeAll(endpointRoutes, layerTodaysRunner, layerAccess, layerPageHosts).pipe(
  // The first is around all others, so that what they answer is closed too.
  Layer.provide(layerClosing)
)
