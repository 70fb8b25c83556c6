import { Schema } from "effect"

const outcomes = {
  unavailable: "is unavailable",
  timeout: "timed out",
  failed: "refused the read",
  corrupt: "is corrupt"
}

/**
 * A port could not read its data.
 *
 * - `unavailable`: the source could not be reached, or ended the connection. Trying again may help.
 * - `timeout`: the source did not answer in its time. Trying again may help.
 * - `failed`: the source refused or broke the read (a missing table, a missing right). Trying again does not help.
 * - `corrupt`: the source answered with data that breaks its own rules. Trying again does not help.
 */
export class DataSourceError extends Schema.TaggedError<DataSourceError>()("DataSourceError", {
  reason: Schema.Literals(["unavailable", "timeout", "failed", "corrupt"]),
  /** The port's method, such as `ClientReader.list`. */
  operation: Schema.String,
  /** For the host's own log. It never reaches an extension. */
  cause: Schema.Defect()
}) {
  override get message(): string {
    return `${this.operation}: the data source ${outcomes[this.reason]}`
  }

  /** Whether the same call may succeed later. */
  get retryable(): boolean {
    return this.reason === "unavailable" || this.reason === "timeout"
  }
}
