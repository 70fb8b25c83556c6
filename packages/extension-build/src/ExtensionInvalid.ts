import { Schema } from "effect"
import { plainLine } from "./PlainLine.ts"

/** One thing that is wrong with an extension. */
export interface ExtensionProblem {
  /** Where: a file of the extension with a line (`src/handler.ts:12:5`) or a path into its JSON (`manifest.json name`). */
  readonly where: string
  /** What is wrong there, and what to write instead. */
  readonly message: string
}

const Problems = Schema.Array(Schema.Struct({ where: Schema.String, message: Schema.String }))

/** How many problems a message names. */
const mostNamed = 50

/** The extension cannot be built as it is written. Its message has one line for each problem, of the first 50. */
export class ExtensionInvalid extends Schema.TaggedError<ExtensionInvalid>()("ExtensionInvalid", {
  problems: Problems
}) {
  override get message(): string {
    const named = this.problems.slice(0, mostNamed).map(({ message, where }) => plainLine(`${where}: ${message}`))
    const left = this.problems.length - named.length
    return [...named, ...(left > 0 ? [`and ${left} more`] : [])].join("\n")
  }
}
