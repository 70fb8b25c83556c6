import { Schema } from "effect"

/** An archive breaks a rule. Opening the same bytes again gives the same answer. */
export class ArchiveRefused extends Schema.TaggedError<ArchiveRefused>()("ArchiveRefused", {
  /** The rule, in at most 300 characters. */
  message: Schema.String
}) {}
