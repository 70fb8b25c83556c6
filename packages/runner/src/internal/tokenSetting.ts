import { Schema } from "effect"

/** What callers prove themselves with: long enough that nobody guesses it, and nothing that a header cannot hold. */
export const token = Schema.String.check(
  Schema.isPattern(/^[\x21-\x7e]{16,4096}$/, { message: "must be 16 to 4096 visible ASCII characters" })
).pipe(Schema.RedactedFromValue)
