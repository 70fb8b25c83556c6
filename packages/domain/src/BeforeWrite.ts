import { Context, Effect } from "effect"

/**
 * Runs before an execution is let through to its first call that may write. Where it fails, nothing is written and the call is
 * `internal`. Whoever repeats executions notes here that this one must not be.
 */
export const BeforeWrite = Context.Reference<Effect.Effect<void, unknown>>("@alga-psa/ext-domain/BeforeWrite", {
  defaultValue: () => Effect.void
})
