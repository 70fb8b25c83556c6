import { atZero, labelled } from "@alga-psa/ext-domain"
import { type Effect, Metric } from "effect"
import { executionFailedReasons } from "../../ExecutionFailed.ts"
import { unrestorable } from "../child/core/Unrestorable.ts"
import { obstacles } from "../child/Messages.ts"

const one = (counter: Metric.Metric<number, unknown>): Effect.Effect<void> => Metric.update(counter, 1)

/** What became of an instance after its request; a guest's own words are `other`. */
const instances = labelled(
  (attributes) =>
    Metric.counter("alga_extension_sandbox_instances_total", {
      description: "Fate of an instance after a request: restored, or why it was thrown away",
      incremental: true,
      attributes
    }),
  "outcome",
  ["restored", ...obstacles, ...unrestorable, ...executionFailedReasons, "interrupted", "other"]
)

/** Counts what becomes of an instance after a request. */
export const countInstance = (outcome: string): Effect.Effect<void> => one(instances.of(outcome))

const memoryRefused = Metric.counter("alga_extension_sandbox_memory_refused_total", {
  description: "Requests that were answered although their instance was refused more memory",
  incremental: true
})

/** Counts a request that was answered though its instance was refused memory. */
export const countMemoryRefused: Effect.Effect<void> = one(memoryRefused)

const recycled = labelled(
  (attributes) =>
    Metric.counter("alga_extension_sandbox_processes_recycled_total", {
      description: "Processes that were replaced without a failed request, by reason",
      incremental: true,
      attributes
    }),
  "why",
  ["dead", "room", "requests", "memory", "idle", "not-ready", "priority", "other"]
)

/** Counts a process that is replaced though it did its work. */
export const countRecycled = (why: string): Effect.Effect<void> => one(recycled.of(why))

const waits = Metric.histogram("alga_extension_sandbox_wait_seconds", {
  description: "Time from the request for an execution until a process is there for it, in seconds",
  boundaries: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]
})

/** Notes how long an execution waited for its turn and a process, in milliseconds. */
export const noteWait = (milliseconds: number): Effect.Effect<void> => Metric.update(waits, milliseconds / 1_000)

const failures = labelled(
  (attributes) =>
    Metric.counter("alga_extension_sandbox_failures_total", {
      description: "Executions without a response, by reason",
      incremental: true,
      attributes
    }),
  "reason",
  executionFailedReasons
)

/** Counts an execution that gave no response. */
export const countFailure = (reason: string): Effect.Effect<void> => one(failures.of(reason))

/** Has every metric of the sandbox exist, at 0. */
export const sandboxAtZero: Effect.Effect<void> = atZero([
  ...instances.all,
  memoryRefused,
  waits,
  ...recycled.all,
  ...failures.all
])
