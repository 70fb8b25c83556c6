import { countedAndTimed } from "@alga-psa/ext-domain/CountedAndTimed"
import { atZero } from "@alga-psa/ext-domain/Labelled"
import { Clock, Effect, type Exit, Metric } from "effect"

const metersOf = countedAndTimed(
  {
    name: "alga_extension_port_requests_total",
    description: "Requests that ports sent to their servers, by interface, operation and outcome"
  },
  {
    name: "alga_extension_port_request_duration_seconds",
    description: "Duration of requests that ports sent to their servers, by interface, operation and outcome",
    boundaries: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]
  }
)

/** Counts and times a request of a port by these names, which are the code's own, and says them of the present span. */
export const measured =
  <A, E>(names: Readonly<Record<"interface" | "operation", string>>, outcomeOf: (exit: Exit.Exit<A, E>) => string) =>
  <R>(request: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.flatMap(Clock.monotonicTimeNanos, (started) =>
      Effect.onExit(request, (exit) =>
        Effect.flatMap(Clock.monotonicTimeNanos, (ended) => {
          const labels = { ...names, outcome: outcomeOf(exit) }
          const { count, seconds } = metersOf(labels)
          return Metric.update(count, 1).pipe(
            Effect.andThen(Metric.update(seconds, Number(ended - started) / 1e9)),
            Effect.andThen(Effect.annotateCurrentSpan(labels))
          )
        })
      )
    )

/** Has the counters of such requests exist, at 0, and the times of those that are answered. */
export const measuredAtZero = (
  ofInterface: string,
  operations: ReadonlyArray<string>,
  outcomes: ReadonlyArray<string>
): Effect.Effect<void> =>
  atZero(
    operations.flatMap((operation) => [
      metersOf({ interface: ofInterface, operation, outcome: "ok" }).seconds,
      ...outcomes.map((outcome) => metersOf({ interface: ofInterface, operation, outcome }).count)
    ])
  )
