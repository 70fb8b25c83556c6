import { Schema } from "effect"

/** An archive could not be opened here and now: too little time or memory, a process that did not start. */
export class ArchiveUnopened extends Schema.TaggedError<ArchiveUnopened>()("ArchiveUnopened", {
  message: Schema.String,
  /** For the host's own log. */
  cause: Schema.Defect()
}) {}
