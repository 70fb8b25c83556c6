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
