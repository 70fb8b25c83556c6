import { Effect, Layer } from "effect"
import { HttpRouter, HttpServerError, type HttpServerRequest, HttpServerResponse } from "effect/http"
import { OpenApi } from "effect/http-api"
import { AccessDoor } from "./Access.ts"
import { type api, apiOf, type EndpointName, endpointsOf } from "./Api.ts"
import { access } from "./internal/http/access.ts"
import { named, only, refuse } from "./internal/http/answer.ts"
import { layerClosing } from "./internal/http/closing.ts"
import { execute } from "./internal/http/execute.ts"
import { extensionUi } from "./internal/http/extensionUi.ts"
import { alive, metrics, ready } from "./internal/http/health.ts"
import { layerPageHosts } from "./internal/http/pageHost.ts"
import { root } from "./internal/http/root.ts"
import { makeReads, ReadsToken, withReadsToken } from "./internal/http/todaysRunner.ts"
import { trigger } from "./internal/http/trigger.ts"
import { warmup } from "./internal/http/warmup.ts"
import { fail } from "./RunnerError.ts"

const isRouteNotFound = (error: unknown): boolean =>
  HttpServerError.isHttpServerError(error) && error.reason._tag === "RouteNotFound"

export { extensionUi }

type Handler<R> = (
  http: HttpServerRequest.HttpServerRequest
) => Effect.Effect<HttpServerResponse.HttpServerResponse, never, R>

/** What answers each endpoint of the {@link api}, of which this part is served. */
const makeHandlers = (served: typeof api) =>
  ({
    execute,
    trigger,
    warmup,
    root,
    file: extensionUi,
    healthz: alive,
    readyz: ready,
    metrics,
    openapi: () => Effect.sync(() => HttpServerResponse.jsonUnsafe(OpenApi.fromApi(served))),
    records: access,
    ...makeReads()
  }) satisfies { readonly [Name in EndpointName]: Handler<unknown> }

type Handlers = ReturnType<typeof makeHandlers>
type AnyHandler = Handler<Effect.Services<ReturnType<Handlers[EndpointName]>>>

/** The part of the {@link api} that is served: each group with a token of its own is there where that is set. */
const servedApi = Effect.map(Effect.all([AccessDoor, ReadsToken]), ([door, token]) =>
  apiOf({ access: door !== null, reads: token !== null })
)

const endpointRoutes = HttpRouter.use(
  Effect.fnUntraced(function* (router) {
    const notFound = named(() => Effect.succeed(refuse(fail("not_found"))))
    // A path that cannot be decoded fits no route, not even the last one; the router does not know that this is handled.
    yield* router.addGlobalMiddleware((app) => Effect.catchIf(app, isRouteNotFound, () => notFound) as typeof app)
    const served = yield* servedApi
    const handlers: { readonly [Name in EndpointName]: AnyHandler } = makeHandlers(served)
    for (const { group, methods, name, path } of endpointsOf(served)) {
      const answer = only(methods, handlers[name])
      yield* router.add("*", path, group === "reads" ? named(() => withReadsToken(answer)) : answer)
    }
    yield* router.add("*", "/*", notFound)
  })
)

/**
 * The runner's routes: the methods and paths of its part of the {@link api}, which its `/openapi.json` describes. Everything else is
 * `not_found` or `method_not_allowed`. On hosts that installs own there are pages alone.
 */
export const routes = Layer.mergeAll(endpointRoutes, layerPageHosts).pipe(
  // The first is around all others, so that what they answer is closed too.
  Layer.provide(layerClosing)
)
