import { Effect } from "effect"
import { type HttpServerRequest, HttpServerResponse } from "effect/http"
import type { ExecuteRequest } from "../../ExecuteRequest.ts"
import { Execution } from "../../Execution.ts"
import { Life } from "../../Life.ts"
import { fail, type RunnerError } from "../../RunnerError.ts"
import { observed } from "../observe.ts"
import { answered, proven, requestIdHeader, requestIdOf } from "./answer.ts"
import { readExecuteRequest } from "./requestBody.ts"

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

/** `POST /v1/execute`. */
export const execute = (http: HttpServerRequest.HttpServerRequest) => {
  let requestId = requestIdOf(http.headers[requestIdHeader])
  let fields = {}

  const run = Effect.gen(function* () {
    const execution = yield* Execution
    const life = yield* Life
    yield* proven(http)
    const request = yield* readExecuteRequest(http)
    const { context } = request
    if (http.headers[requestIdHeader] === undefined) requestId = requestIdOf(context.request_id ?? undefined)
    fields = { tenant: context.tenant_id, extension: context.extension_id, install: context.install_id }
    yield* checkRouting(http.headers, request)
    return yield* life.admit(execution.run(request, requestId))
  })

  return observed(run, () => ({ requestId, ...fields })).pipe(
    Effect.map((response) => HttpServerResponse.jsonUnsafe(response, { headers: { "cache-control": "no-store" } })),
    answered,
    Effect.map((response) => HttpServerResponse.setHeader(response, requestIdHeader, requestId))
  )
}
