import { Schema } from "effect"

/** A token of callers: long enough that nobody guesses it, and only characters that a header can hold. */
export const token = Schema.String.check(
  Schema.isPattern(/^[\x21-\x7e]{16,4096}$/, { message: "must be 16 to 4096 visible ASCII characters" })
).pipe(Schema.RedactedFromValue)
