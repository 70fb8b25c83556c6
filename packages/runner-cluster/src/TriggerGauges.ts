import { Effect, Metric } from "effect"

/** How much there is to do on some shards. */
export interface Backlog {
  readonly waiting: number
  readonly running: number
  readonly dead: number
  /** For how many seconds the oldest has waited that is due; 0 where none is. */
  readonly oldest: number
}

const counts = Metric.gauge("alga_extension_triggers", {
  description: "Kept triggers of the installs that live on this runner, by state: waiting, running, dead"
})

const oldest = Metric.gauge("alga_extension_trigger_oldest_due_seconds", {
  description:
    "For how many seconds the oldest trigger that is due has waited, of the installs that live on this runner"
})

/** Tells the gauges. */
export const reportBacklog = ({ oldest: seconds, ...states }: Backlog): Effect.Effect<void> =>
  Effect.andThen(
    Effect.forEach(Object.entries(states), ([state, count]) =>
      Metric.update(Metric.withAttributes(counts, { state }), count)
    ),
    Metric.update(oldest, seconds)
  )
