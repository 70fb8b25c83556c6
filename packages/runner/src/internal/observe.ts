import { atZero, labelled } from "@alga-psa/ext-domain/Labelled"
import { Cause, Clock, Duration, Effect, type Exit, identity, Metric, Option } from "effect"
import { type RunnerError, statusOf } from "../RunnerError.ts"

const outcomes = ["ok", "accepted", "interrupted", ...Object.keys(statusOf)]

const executions = labelled(
  (attributes) =>
    Metric.counter("alga_extension_executions_total", {
      description: "Executions, by outcome; accepted if the execution is carried out later",
      incremental: true,
      attributes
    }),
  "outcome",
  outcomes
)

const durations = labelled(
  (attributes) =>
    Metric.histogram("alga_extension_execution_duration_seconds", {
      description: "Duration of executions in seconds, by outcome",
      boundaries: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
      attributes
    }),
  "outcome",
  outcomes
)

const describe = (exit: Exit.Exit<unknown, RunnerError>) => {
  if (exit._tag === "Success") return { outcome: "ok", level: "Info", causes: [] } as const
  if (Cause.hasInterruptsOnly(exit.cause)) return { outcome: "interrupted", level: "Info", causes: [] } as const
  const error = Option.getOrUndefined(Cause.findErrorOption(exit.cause))
  if (error === undefined) return { outcome: "internal", level: "Error", causes: [Cause.squash(exit.cause)] } as const
  return {
    outcome: error.code,
    level: error.status >= 500 ? "Error" : "Warn",
    causes: error.cause === undefined ? [] : [error.cause],
    error: error.message
  } as const
}

const inFlight = Metric.gauge("alga_extension_executions_in_flight", {
  description: "Requests for executions that are not answered yet, including those that wait"
})

/** Has what is counted here exist, at 0. */
export const executionsAtZero: Effect.Effect<void> = atZero([...executions.all, durations.of("ok"), inFlight])

/**
 * Counts and times an execution and writes its one log line with these fields, read when it ends. Its span, and every log
 * line within, say which trace it belongs to.
 */
export const observed = <A, R>(
  execution: Effect.Effect<A, RunnerError, R>,
  fields: () => Readonly<Record<string, unknown>>
): Effect.Effect<A, RunnerError, R> =>
  Effect.flatMap(Effect.option(Effect.currentSpan), (span) =>
    Effect.acquireUseRelease(
      Effect.andThen(Metric.modify(inFlight, 1), Clock.monotonicTimeNanos),
      () => execution,
      (started, exit) =>
        Effect.gen(function* () {
          const { causes, level, outcome: ended, ...details } = describe(exit)
          const outcome = ended === "ok" && fields()["triggerId"] !== undefined ? "accepted" : ended
          const seconds = Duration.toSeconds(Duration.nanos((yield* Clock.monotonicTimeNanos) - started))
          yield* Metric.modify(inFlight, -1)
          yield* Metric.update(executions.of(outcome), 1)
          yield* Metric.update(durations.of(outcome), seconds)
          yield* Effect.annotateCurrentSpan({ outcome, ...fields() })
          yield* Effect.logWithLevel(level)("execution", ...causes).pipe(
            Effect.annotateLogs({ outcome, durationMs: seconds * 1000, ...details, ...fields() })
          )
        })
    ).pipe(Option.isSome(span) ? Effect.annotateLogs({ traceId: span.value.traceId }) : identity)
  )
