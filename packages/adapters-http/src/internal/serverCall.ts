import { Effect, Exit } from "effect"
import { toHeaders } from "effect/http/HttpTraceContext"
import { ServerFailed } from "../ServerFailed.ts"
import type { Exchange, ServerAnswer, ServerRequest } from "./exchange.ts"
import { measured, measuredAtZero } from "./measured.ts"
import { timeFor } from "./timeFor.ts"

/** Which call of a port a request is for, by names of the code's own. */
export interface ServerCall {
  readonly interface: string
  readonly operation: string
  /** How long to wait at most, in milliseconds. */
  readonly most: number
}

const outcomeOf = (exit: Exit.Exit<ServerAnswer, ServerFailed>): string => {
  if (Exit.isSuccess(exit)) {
    const { status } = exit.value
    return status < 300 ? "ok" : status >= 400 && status < 500 ? "refused" : "failed"
  }
  const error = Exit.findErrorOption(exit)
  return error._tag === "Some" ? error.value.reason : "interrupted"
}

const outcomes = ["ok", "refused", "failed", "interrupted", ...ServerFailed.fields.reason.literals]

/** Has the counters of these operations exist, at 0. */
export const callsAtZero = (ofInterface: string, operations: ReadonlyArray<string>): Effect.Effect<void> =>
  measuredAtZero(ofInterface, operations, outcomes)

/** Sends a request within the time of its execution, in a span that the server can go on with, counted and timed. */
export const callServer = (
  exchange: Exchange,
  { interface: ofInterface, most, operation }: ServerCall,
  request: ServerRequest
): Effect.Effect<ServerAnswer, ServerFailed> =>
  Effect.gen(function* () {
    const millis = yield* timeFor(most)
    const span = yield* Effect.orDie(Effect.currentSpan)
    const traceparent = toHeaders(span)["traceparent"]
    const headers = traceparent === undefined ? request.headers : { ...request.headers, traceparent }
    return yield* exchange({ ...request, headers }, millis).pipe(
      Effect.tap(({ status }) => Effect.annotateCurrentSpan("http.response.status_code", status)),
      measured({ interface: ofInterface, operation }, outcomeOf)
    )
  }).pipe(Effect.withSpan("Server.call", { kind: "client" }, { captureStackTrace: false }))
