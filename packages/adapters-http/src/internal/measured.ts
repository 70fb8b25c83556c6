import { atZero } from "@alga-psa/ext-domain/Labelled"
import { Clock, Effect, type Exit, Metric } from "effect"

interface Labels {
  readonly interface: string
  readonly operation: string
  readonly outcome: string
}

const metersOf = (labels: Labels) => {
  const attributes = { ...labels }
  return {
    requests: Metric.counter("alga_extension_port_requests_total", {
      description: "Requests that ports sent to their servers, by interface, operation and outcome",
      incremental: true,
      attributes
    }),
    durations: Metric.histogram("alga_extension_port_request_duration_seconds", {
      description: "Duration of requests that ports sent to their servers, by interface, operation and outcome",
      boundaries: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
      attributes
    })
  }
}

const kept = new Map<string, ReturnType<typeof metersOf>>()

/** There are as many as the code has names and outcomes. */
const keptOf = (labels: Labels) => {
  const key = `${labels.interface} ${labels.operation} ${labels.outcome}`
  const meters = kept.get(key) ?? metersOf(labels)
  kept.set(key, meters)
  return meters
}

const meter = (labels: Labels, nanos: bigint): Effect.Effect<void> => {
  const meters = keptOf(labels)
  return Effect.andThen(Metric.update(meters.requests, 1), Metric.update(meters.durations, Number(nanos) / 1e9))
}

/** Counts and times a request of a port by these names, which are the code's own, and says them of the present span. */
export const measured =
  <A, E>(names: Readonly<Record<"interface" | "operation", string>>, outcomeOf: (exit: Exit.Exit<A, E>) => string) =>
  <R>(request: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.flatMap(Clock.monotonicTimeNanos, (started) =>
      Effect.onExit(request, (exit) =>
        Effect.flatMap(Clock.monotonicTimeNanos, (ended) => {
          const labels = { ...names, outcome: outcomeOf(exit) }
          return Effect.andThen(meter(labels, ended - started), Effect.annotateCurrentSpan(labels))
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
      keptOf({ interface: ofInterface, operation, outcome: "ok" }).durations,
      ...outcomes.map((outcome) => keptOf({ interface: ofInterface, operation, outcome }).requests)
    ])
  )
