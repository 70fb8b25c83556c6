import { type Context, type Effect, Metric } from "effect"
import { atZero } from "../Labelled.ts"
import type { Coded, Operation } from "./operation.ts"

interface Labels {
  readonly operation: string
  readonly outcome: string
}

const metersFor = ({ operation, outcome }: Labels) => {
  const attributes = { operation, outcome }
  return {
    calls: Metric.counter("alga_extension_host_calls_total", {
      description: "Host calls, by operation and outcome",
      incremental: true,
      attributes
    }),
    durations: Metric.histogram("alga_extension_host_call_duration_seconds", {
      description: "Duration of host calls in seconds, by operation and outcome",
      boundaries: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
      attributes
    })
  }
}

const kept = new Map<string, ReturnType<typeof metersFor>>()

const metersOf = (labels: Labels) => {
  const key = `${labels.operation} ${labels.outcome}`
  const meters = kept.get(key) ?? metersFor(labels)
  kept.set(key, meters)
  return meters
}

/** Counts and times one host call. Both labels are from the code, so that there are as many as it has. */
export const meter = (labels: Labels, nanos: bigint, context: Context.Context<never>): void => {
  const meters = metersOf(labels)
  meters.calls.updateUnsafe(1, context)
  meters.durations.updateUnsafe(Number(nanos) / 1e9, context)
}

/** Has the counters of these outcomes of an operation exist, at 0. */
export const callsAtZero = (operation: string, outcomes: ReadonlyArray<string>): Effect.Effect<void> =>
  atZero([...new Set(outcomes)].map((outcome) => metersOf({ operation, outcome }).calls))

const ofGuard = ["ok", "capability-denied", "invalid-input", "internal", "interrupted"]

/** The outcomes that a guarded operation can have. */
export const outcomesOf = ({ errors, permission, refuses }: Operation<Coded>): ReadonlyArray<string> => [
  ...ofGuard,
  ...(permission === null ? [] : ["rbac-denied"]),
  ...(refuses === true ? ["refused"] : []),
  ...errors.flatMap(({ fields }) => fields.code.literals)
]
