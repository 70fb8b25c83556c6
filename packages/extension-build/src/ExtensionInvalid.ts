import { Schema } from "effect"
import { Finding, findingLine } from "./Finding.ts"
import { plainLine } from "./PlainLine.ts"

/** How many problems a message names. */
const mostNamed = 50

/** The extension cannot be built as it is written. Its message has one line for each problem, of the first 50. */
export class ExtensionInvalid extends Schema.TaggedError<ExtensionInvalid>()("ExtensionInvalid", {
  /** The errors. */
  problems: Schema.Array(Finding),
  /** What else was found. */
  notes: Schema.Array(Finding)
}) {
  override get message(): string {
    const named = this.problems.slice(0, mostNamed).map((one) => plainLine(findingLine(one)))
    const left = this.problems.length - named.length
    return [...named, ...(left > 0 ? [`and ${left} more`] : [])].join("\n")
  }
}

/** Fails with the errors among these findings. */
export const invalid = (...findings: ReadonlyArray<Finding>): ExtensionInvalid =>
  new ExtensionInvalid({
    problems: findings.filter(({ severity }) => severity === "error"),
    notes: findings.filter(({ severity }) => severity === "note")
  })
