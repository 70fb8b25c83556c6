import { type Effect, Metric } from "effect"
import { executionFailedReasons } from "../../ExecutionFailed.ts"
import { unrestorable } from "../child/core/Unrestorable.ts"
import { obstacles } from "../child/Messages.ts"

/** A counter for each value of one attribute, made when it is first used. */
const counters = (all: Metric.Counter<number>, attribute: string) => {
  const known = new Map<string, Metric.Counter<number>>()
  return (value: string): Effect.Effect<void> => {
    let counter = known.get(value)
    if (counter === undefined) {
      counter = Metric.withAttributes(all, { [attribute]: value }) as Metric.Counter<number>
      known.set(value, counter)
    }
    return Metric.update(counter, 1)
  }
}

/** What became of an instance after its request; a guest's own words are `other`. */
const outcomes: ReadonlySet<string> = new Set([
  "restored",
  ...obstacles,
  ...unrestorable,
  ...executionFailedReasons,
  "interrupted"
])

const countOutcome = counters(
  Metric.counter("alga_extension_sandbox_instances_total", {
    description: "What became of an instance after a request: restored, or why it was thrown away",
    incremental: true
  }),
  "outcome"
)

/** Counts what becomes of an instance after a request. */
export const countInstance = (outcome: string): Effect.Effect<void> =>
  countOutcome(outcomes.has(outcome) ? outcome : "other")

/** Counts a request that was answered though its instance was refused memory. */
export const countMemoryRefused: Effect.Effect<void> = Metric.update(
  Metric.counter("alga_extension_sandbox_memory_refused_total", {
    description: "Requests that were answered though their instance was refused more memory",
    incremental: true
  }),
  1
)

/** Counts a process that is replaced though it did its work. */
export const countRecycled = counters(
  Metric.counter("alga_extension_sandbox_processes_recycled_total", {
    description: "Processes that were replaced though no request failed on them, by why",
    incremental: true
  }),
  "why"
)

const waits = Metric.histogram("alga_extension_sandbox_wait_seconds", {
  description: "Time from the request for an execution until a process is there for it, in seconds",
  boundaries: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]
})

/** Notes how long an execution waited for its turn and a process, in milliseconds. */
export const noteWait = (milliseconds: number): Effect.Effect<void> => Metric.update(waits, milliseconds / 1_000)

/** Counts an execution that gave no response. */
export const countFailure = counters(
  Metric.counter("alga_extension_sandbox_failures_total", {
    description: "Executions without a response, by reason",
    incremental: true
  }),
  "reason"
)
