import { Duration, Effect, Layer, Schema } from "effect"
import { DatabaseCheck, DatabaseUnfit } from "./DatabaseCheck.ts"
import { innermostCause } from "./internal/innermostCause.ts"

/** The database does not answer at the start. */
export class DatabaseAway extends Schema.TaggedError<DatabaseAway>()("DatabaseAway", { cause: Schema.Defect() }) {
  override get message(): string {
    const cause = innermostCause(this.cause)
    const pooled = cause.includes("unsupported startup parameter")
      ? "; behind a pooler set DATABASE_POOLER=transaction"
      : ""
    return `the database does not answer: check DATABASE_URL, or set ALGA_EXTENSION_RUNNER_START_WITHOUT_DATABASE=on: ${cause}${pooled}`
  }
}

/** How long a runner that may start without its database waits for it. */
const shortly = Duration.seconds(5)

/**
 * Stops a start whose database does not answer, or whose sessions are not bound as they must be. Where `mayBeAway`, one that
 * does not answer is told in the log. So is one that lacks what is read: the runner starts, and is not ready.
 */
export const layerDatabaseAtStart = (
  mayBeAway: boolean
): Layer.Layer<never, DatabaseAway | DatabaseUnfit, DatabaseCheck> =>
  Layer.effectDiscard(
    Effect.gen(function* () {
      const { check } = yield* DatabaseCheck
      const checked = mayBeAway ? Effect.timeout(check, shortly) : check
      yield* Effect.catch(checked, (cause): Effect.Effect<void, DatabaseAway | DatabaseUnfit> => {
        if (cause instanceof DatabaseUnfit) {
          return cause.mayNotServe
            ? Effect.fail(cause)
            : Effect.logError(`the runner starts, and is not ready: ${cause.message}`)
        }
        return mayBeAway
          ? Effect.logWarning("the database does not answer: the runner starts, and is not ready", cause)
          : Effect.fail(new DatabaseAway({ cause }))
      })
    })
  )
