import { Schema } from "effect"

/** One thing that is wrong with an extension. */
export interface ExtensionProblem {
  /** Where: a file of the extension with a line (`src/handler.ts:12:5`) or a path into its JSON (`manifest.json name`). */
  readonly where: string
  /** What is wrong there, and what to write instead. */
  readonly message: string
}

const Problems = Schema.Array(Schema.Struct({ where: Schema.String, message: Schema.String }))

/** The extension cannot be built as it is written. Its message has one line for each problem. */
export class ExtensionInvalid extends Schema.TaggedError<ExtensionInvalid>()("ExtensionInvalid", {
  problems: Problems
}) {
  override get message(): string {
    return this.problems.map(({ message, where }) => `${where}: ${message}`).join("\n")
  }
}
