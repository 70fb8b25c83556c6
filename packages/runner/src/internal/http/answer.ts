import { Effect } from "effect"
import { HttpServerRequest, HttpServerResponse } from "effect/http"
import type { ExecuteResponse } from "../../ExecuteResponse.ts"
import { requestIdHeader, requestIdOf } from "../../RequestId.ts"
import { fail, type RunnerError } from "../../RunnerError.ts"
import { ServiceToken, serviceTokenHeader } from "../../ServiceToken.ts"

type Request = HttpServerRequest.HttpServerRequest

const refusal = (error: RunnerError): ExecuteResponse => ({ status: error.status, headers: {}, error: error.message })

/** The answer that says why the runner did not do it. */
export const refuse = (error: RunnerError, headers: Record<string, string> = {}) =>
  HttpServerResponse.jsonUnsafe(refusal(error), {
    status: error.httpStatus,
    headers: {
      "cache-control": "no-store",
      ...(error.retryAfterSeconds === null ? {} : { "retry-after": String(error.retryAfterSeconds) }),
      ...headers
    }
  })

/** Turns a failure into its answer, and a defect, or the end of something that it waited for, into `internal`. */
export const answered = <R>(
  answer: Effect.Effect<HttpServerResponse.HttpServerResponse, RunnerError, R>
): Effect.Effect<HttpServerResponse.HttpServerResponse, never, R> =>
  answer.pipe(
    Effect.catch((error) => Effect.succeed(refuse(error))),
    Effect.catchCause((cause) => Effect.as(Effect.logError("a defect", cause), refuse(fail("internal"))))
  )

/** Fails unless the caller proves itself. */
export const proven = (http: Request): Effect.Effect<void, RunnerError, ServiceToken> =>
  Effect.flatMap(ServiceToken, (token) =>
    token.accepts(http.headers[serviceTokenHeader])
      ? Effect.void
      : Effect.fail(fail("unauthorized", `${serviceTokenHeader} is missing or wrong`))
  )

/** Gives an answer that does not name its request the request's id. */
export const named = <E, R>(handle: (http: Request) => Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>) =>
  Effect.flatMap(HttpServerRequest.HttpServerRequest, (http) =>
    Effect.map(handle(http), (response) =>
      response.headers[requestIdHeader] === undefined
        ? HttpServerResponse.setHeader(response, requestIdHeader, requestIdOf(http.headers[requestIdHeader]))
        : response
    )
  )

/** Answers these methods only; others are told which. */
export const only = <E, R>(
  methods: ReadonlyArray<string>,
  handle: (http: Request) => Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>
) => {
  const refused = Effect.succeed(refuse(fail("method_not_allowed"), { allow: methods.join(", ") }))
  return named<E, R>((http) => (methods.includes(http.method) ? handle(http) : refused))
}
