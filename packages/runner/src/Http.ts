import { randomUUID } from "node:crypto"
import { Effect, type Layer } from "effect"
import { HttpRouter, type HttpServerRequest, HttpServerResponse } from "effect/http"
import type { ExecuteRequest } from "./ExecuteRequest.ts"
import type { ExecuteResponse } from "./ExecuteResponse.ts"
import { Execution } from "./Execution.ts"
import { observed } from "./internal/observe.ts"
import { readExecuteRequest } from "./internal/requestBody.ts"
import { fail, type RunnerError } from "./RunnerError.ts"
import { ServiceToken, serviceTokenHeader } from "./ServiceToken.ts"

const refusal = (error: RunnerError): ExecuteResponse => ({ status: error.status, headers: {}, error: error.message })

const refuse = (error: RunnerError, headers: Record<string, string> = {}) =>
  HttpServerResponse.jsonUnsafe(refusal(error), { status: error.status, headers })

/** The caller's request id where it is fit for a header and a log, else a new one. */
const requestIdOf = (given: string | undefined): string =>
  given !== undefined && /^[\x21-\x7e]{1,200}$/.test(given) ? given : randomUUID()

const checkRouting = (
  headers: HttpServerRequest.HttpServerRequest["headers"],
  { context }: ExecuteRequest
): Effect.Effect<void, RunnerError> => {
  const tenant = headers["x-alga-tenant"]
  const extension = headers["x-alga-extension"]
  if (!tenant || !extension) return Effect.fail(fail("missing_routing_headers", "x-alga-tenant, x-alga-extension"))
  return tenant.toLowerCase() === context.tenant_id && extension.toLowerCase() === context.extension_id
    ? Effect.void
    : Effect.fail(fail("routing_mismatch", "x-alga-tenant and x-alga-extension must agree with the body"))
}

const execute = Effect.gen(function* () {
  const token = yield* ServiceToken
  const execution = yield* Execution

  return (http: HttpServerRequest.HttpServerRequest) => {
    let requestId = requestIdOf(http.headers["x-request-id"])
    let fields = {}

    const run = Effect.gen(function* () {
      if (!token.accepts(http.headers[serviceTokenHeader])) {
        return yield* fail("unauthorized", `${serviceTokenHeader} is missing or wrong`)
      }
      const request = yield* readExecuteRequest(http)
      const { context } = request
      if (http.headers["x-request-id"] === undefined) requestId = requestIdOf(context.request_id ?? undefined)
      fields = { tenant: context.tenant_id, extension: context.extension_id, install: context.install_id }
      yield* checkRouting(http.headers, request)
      return yield* execution.run(request, requestId)
    })

    return observed(run, () => ({ requestId, ...fields })).pipe(
      Effect.map((response) => HttpServerResponse.jsonUnsafe(response)),
      Effect.catchTag("RunnerError", (error) => Effect.succeed(refuse(error))),
      Effect.catchDefect(() => Effect.succeed(refuse(fail("internal")))),
      Effect.map((response) => HttpServerResponse.setHeader(response, "x-request-id", requestId))
    )
  }
})

const only = <E, R>(
  methods: ReadonlyArray<string>,
  handle: (http: HttpServerRequest.HttpServerRequest) => Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>
) => {
  const refused = refuse(fail("method_not_allowed"), { allow: methods.join(", ") })
  return (http: HttpServerRequest.HttpServerRequest) =>
    methods.includes(http.method) ? handle(http) : Effect.succeed(refused)
}

/**
 * The runner's routes: `POST /v1/execute` and `GET /healthz`. Everything else is `not_found` or `method_not_allowed`.
 */
export const routes: Layer.Layer<never, never, HttpRouter.HttpRouter | Execution | ServiceToken> = HttpRouter.use(
  Effect.fnUntraced(function* (router) {
    const alive = Effect.succeed(HttpServerResponse.jsonUnsafe({ status: "ok" }))
    yield* router.add(
      "*",
      "/healthz",
      only(["GET", "HEAD"], () => alive)
    )
    yield* router.add("*", "/v1/execute", only(["POST"], yield* execute))
    yield* router.add("*", "/*", refuse(fail("not_found")))
  })
)
