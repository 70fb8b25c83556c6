import { TimeLeft } from "@alga-psa/ext-domain/TimeLeft"
import { Clock, Effect, Exit, Metric } from "effect"
import { toHeaders } from "effect/http/HttpTraceContext"
import type { ServerFailed } from "../ServerFailed.ts"
import type { Exchange, ServerAnswer, ServerRequest } from "./exchange.ts"

const requests = Metric.counter("alga_extension_port_requests_total", {
  description: "Requests that ports sent to their servers, by interface, operation and outcome",
  incremental: true
})

const durations = Metric.histogram("alga_extension_port_request_duration_seconds", {
  description: "Duration of requests that ports sent to their servers, by interface, operation and outcome",
  boundaries: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]
})

interface Labels {
  readonly interface: string
  readonly operation: string
  readonly outcome: string
}

const metersOf = (labels: Labels) => ({
  requests: Metric.withAttributes(requests, { ...labels }),
  durations: Metric.withAttributes(durations, { ...labels })
})

const kept = new Map<string, ReturnType<typeof metersOf>>()

/** Counts and times a request. All labels are from the code, so that there are as many as it has. */
const meter = (labels: Labels, nanos: bigint): Effect.Effect<void> => {
  const key = `${labels.interface} ${labels.operation} ${labels.outcome}`
  const meters = kept.get(key) ?? metersOf(labels)
  kept.set(key, meters)
  return Effect.andThen(Metric.update(meters.requests, 1), Metric.update(meters.durations, Number(nanos) / 1e9))
}

/** Which call of a port a request is for, by names of the code's own. */
export interface ServerCall {
  readonly interface: string
  readonly operation: string
  /** How long to wait at most, in milliseconds. */
  readonly most: number
}

/** The guest gets its error before the execution is cut. */
const headStart = 250

/** How long a call may wait, of what is left of its execution. */
const timeFor = (most: number): Effect.Effect<number> =>
  Effect.map(Effect.flatten(TimeLeft), (left) =>
    left === null ? most : Math.min(most, Math.ceil(Math.max(left / 2, left - headStart)))
  )

const outcomeOf = (exit: Exit.Exit<ServerAnswer, ServerFailed>): string => {
  if (Exit.isSuccess(exit)) {
    const { status } = exit.value
    return status < 300 ? "ok" : status >= 400 && status < 500 ? "refused" : "failed"
  }
  const error = Exit.findErrorOption(exit)
  return error._tag === "Some" ? error.value.reason : "interrupted"
}

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
    const started = yield* Clock.monotonicTimeNanos
    return yield* Effect.onExit(exchange({ ...request, headers }, millis), (exit) =>
      Effect.flatMap(Clock.monotonicTimeNanos, (ended) => {
        const labels = { interface: ofInterface, operation, outcome: outcomeOf(exit) }
        const status = Exit.isSuccess(exit) ? { "http.response.status_code": exit.value.status } : {}
        return Effect.andThen(meter(labels, ended - started), Effect.annotateCurrentSpan({ ...labels, ...status }))
      })
    )
  }).pipe(Effect.withSpan("Server.call", { kind: "client" }, { captureStackTrace: false }))
