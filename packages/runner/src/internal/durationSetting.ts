import { Schema } from "effect"

/** A time such as `5 seconds`. */
export const duration = Schema.String.check(
  Schema.isPattern(/^\d{1,9} (millis|seconds?|minutes?|hours?|days?)$/, {
    message: "must be a duration such as 5 seconds"
  })
).pipe(Schema.decodeTo(Schema.DurationFromString))
