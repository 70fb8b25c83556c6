import { type Effect, Metric } from "effect"

const instances = Metric.counter("alga_extension_sandbox_instances_total", {
  description: "What became of an instance after a request it answered: restored, or why it was thrown away",
  incremental: true
})

/** Counts what becomes of an instance after a request that it answered. */
export const countInstance = (obstacle: string | null): Effect.Effect<void> =>
  Metric.update(Metric.withAttributes(instances, { outcome: obstacle ?? "restored" }), 1)

const recycled = Metric.counter("alga_extension_sandbox_processes_recycled_total", {
  description: "Processes that were replaced after a request that they answered, by why",
  incremental: true
})

/** Counts a process that is replaced though it did its work. */
export const countRecycled = (why: string): Effect.Effect<void> =>
  Metric.update(Metric.withAttributes(recycled, { why }), 1)

const waits = Metric.histogram("alga_extension_sandbox_wait_seconds", {
  description: "Time from the request for an execution until a process is there for it, in seconds",
  boundaries: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]
})

/** Notes how long an execution waited for its turn and a process, in milliseconds. */
export const noteWait = (milliseconds: number): Effect.Effect<void> => Metric.update(waits, milliseconds / 1_000)

const failures = Metric.counter("alga_extension_sandbox_failures_total", {
  description: "Executions without a response, by reason",
  incremental: true
})

/** Counts an execution that gave no response. */
export const countFailure = (reason: string): Effect.Effect<void> =>
  Metric.update(Metric.withAttributes(failures, { reason }), 1)
