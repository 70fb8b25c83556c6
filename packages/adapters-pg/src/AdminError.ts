import { Schema } from "effect"

/** The database could not be prepared. The message holds the server's own words, for the operator's eyes. */
export class AdminFailed extends Schema.TaggedError<AdminFailed>()("AdminFailed", {
  /** What was being done. */
  step: Schema.String,
  /** The server's SQLSTATE; null where the server did not answer. */
  sqlState: Schema.NullOr(Schema.String),
  reason: Schema.String
}) {
  override get message(): string {
    return `${this.step}: ${this.reason}${this.sqlState === null ? "" : ` (${this.sqlState})`}`
  }
}

/** Another run of these commands is changing this database. Wait until it has ended, and run the command again. */
export class AnotherRun extends Schema.TaggedError<AnotherRun>()("AnotherRun", {
  /** The other run's backend, its application name and when it connected; null where this login may not see it. */
  pid: Schema.NullOr(Schema.Int),
  application: Schema.NullOr(Schema.String),
  since: Schema.NullOr(Schema.String)
}) {
  override get message(): string {
    const who = `${this.application ?? "unknown"}, backend ${this.pid ?? "unknown"}, connected ${this.since ?? "unknown"}`
    return `another run is changing this database (${who}): wait until it has ended, and run this again`
  }
}
