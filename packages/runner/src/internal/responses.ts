import { atZero, labelled } from "@alga-psa/ext-domain/Labelled"
import { type Effect, Metric } from "effect"

const classes = ["1xx", "2xx", "3xx", "4xx", "5xx"]

const responses = labelled(
  (attributes) =>
    Metric.counter("alga_extension_handler_responses_total", {
      description:
        "Answers of handlers that ran on this runner, those of kept triggers included, by the class of their status",
      incremental: true,
      attributes
    }),
  "class",
  classes
)

/** Counts what a handler answered. */
export const countResponse = (status: number): Effect.Effect<void> =>
  Metric.update(responses.of(`${Math.floor(status / 100)}xx`), 1)

/** Has its counters exist, at 0. */
export const responsesAtZero: Effect.Effect<void> = atZero(responses.all)
