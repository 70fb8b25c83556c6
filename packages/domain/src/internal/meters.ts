import { Effect, Metric } from "effect"

const calls = Metric.counter("alga_extension_host_calls_total", {
  description: "Host calls, by operation and outcome",
  incremental: true
})

const durations = Metric.histogram("alga_extension_host_call_duration_seconds", {
  description: "Duration of host calls in seconds, by operation and outcome",
  boundaries: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]
})

interface Labels {
  readonly operation: string
  readonly outcome: string
}

const metersFor = ({ operation, outcome }: Labels) => {
  const labels = { operation, outcome }
  return { calls: Metric.withAttributes(calls, labels), durations: Metric.withAttributes(durations, labels) }
}

const kept = new Map<string, ReturnType<typeof metersFor>>()

/** Counts and times one host call. Both labels are from the code, so that there are as many as it has. */
export const meter = (labels: Labels, nanos: bigint): Effect.Effect<void> => {
  const key = `${labels.operation} ${labels.outcome}`
  const meters = kept.get(key) ?? metersFor(labels)
  kept.set(key, meters)
  return Effect.andThen(Metric.update(meters.calls, 1), Metric.update(meters.durations, Number(nanos) / 1e9))
}
