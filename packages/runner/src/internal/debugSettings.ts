import { Schema } from "effect"
import { number } from "./numberSettings.ts"
import { about } from "./settingAbout.ts"

const message = "must be a URL such as rediss://user:password@redis:6379"

const redisUrl = Schema.String.check(
  Schema.isPattern(/^rediss?:\/\/[^\s/?#]+(\/\d*)?$/i, { message }),
  Schema.makeFilter((given) => URL.canParse(given), { message })
).pipe(Schema.RedactedFromValue)

/** The settings of the debug stream, by the product's own names. */
export const debugFields = {
  RUNNER_DEBUG_REDIS_URL: Schema.optional(redisUrl).pipe(
    about("The Redis that gets the lines of extensions for the product's debug page; needs @redis/client.", "URL", {
      secret: true
    })
  ),
  RUNNER_DEBUG_REDIS_STREAM_PREFIX: Schema.NonEmptyString.check(Schema.isMaxLength(200)).pipe(
    about("The beginning of the streams' names in Redis; tenant and extension follow.", "text", {
      fallback: "ext-debug:"
    })
  ),
  RUNNER_DEBUG_MAX_EVENT_BYTES: number({
    purpose: "Largest text of one line in Redis, in UTF-8; the rest is cut off.",
    unit: "bytes",
    default: 8_192,
    least: 64,
    most: 65_536
  })
}
