import { Context, Effect } from "effect"

/**
 * How many whole milliseconds are left until the execution is cut; null where nothing cuts it. A port that waits for somebody
 * outside asks here, so that its answer comes before the cut.
 */
export const TimeLeft = Context.Reference<Effect.Effect<number | null>>("@alga-psa/ext-domain/TimeLeft", {
  defaultValue: () => Effect.succeed(null)
})
