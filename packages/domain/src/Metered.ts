import { Cause, Clock, Context, Effect, Exit } from "effect"
import { callsAtZero, meter } from "./internal/meters.ts"

const ended = <A, E>(exit: Exit.Exit<A, E>, outcome: (result: A) => string): string => {
  if (Exit.isSuccess(exit)) return outcome(exit.value)
  return Cause.hasInterruptsOnly(exit.cause) ? "interrupted" : "internal"
}

/**
 * Counts and times a host call that every install may make, like `log` and `context`: it has no log line and no span. `outcome`
 * is `ok` or the name of the interface's own error.
 */
export const metered = <A, E, R>(
  operation: string,
  call: Effect.Effect<A, E, R>,
  outcome: (result: A) => string
): Effect.Effect<A, E, R> =>
  Effect.withFiber(({ context }) => {
    const clock = Context.get(context, Clock.Clock)
    const started = clock.monotonicTimeNanosUnsafe()
    return Effect.onExit(call, (exit) =>
      Effect.sync(() =>
        meter({ operation, outcome: ended(exit, outcome) }, clock.monotonicTimeNanosUnsafe() - started, context)
      )
    )
  })

/** Has the counters of such calls exist, at 0, with these outcomes beside the usual ones. */
export const meteredAtZero = (operations: ReadonlyArray<string>, outcomes: ReadonlyArray<string> = []) =>
  Effect.forEach(operations, (operation) => callsAtZero(operation, ["ok", "internal", "interrupted", ...outcomes]), {
    discard: true
  })
