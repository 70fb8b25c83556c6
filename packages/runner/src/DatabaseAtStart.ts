import { Effect, Layer, Schema } from "effect"
import { DatabaseCheck } from "./DatabaseCheck.ts"

/** The database does not answer at the start. */
export class DatabaseAway extends Schema.TaggedError<DatabaseAway>()("DatabaseAway", { cause: Schema.Defect() }) {
  override get message(): string {
    return "the database does not answer: check DATABASE_URL, or set ALGA_EXTENSION_RUNNER_START_WITHOUT_DATABASE=on"
  }
}

/** Stops a start whose database does not answer; where `mayBeAway`, it says so in the log and goes on. */
export const layerDatabaseAtStart = (mayBeAway: boolean): Layer.Layer<never, DatabaseAway, DatabaseCheck> =>
  Layer.effectDiscard(
    Effect.gen(function* () {
      const { check } = yield* DatabaseCheck
      yield* Effect.catch(check, (cause) =>
        mayBeAway
          ? Effect.logWarning("the database does not answer: the runner starts, and is not ready", cause)
          : Effect.fail(new DatabaseAway({ cause }))
      )
    })
  )
