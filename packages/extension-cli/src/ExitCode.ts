import { Cause, Option, Schema } from "effect"
import { CliError } from "effect/cli"

/** What the command line ends with: 0 done, 1 the extension is wrong or could not be built, 2 wrong usage, 3 an update asks for more. */
export const exitCodes = { done: 0, failed: 1, usage: 2, more: 3 } as const

/** The command line was used wrongly. */
export class UsageWrong extends Schema.TaggedError<UsageWrong>()("UsageWrong", { message: Schema.String }) {}

/** The exit code of a run that failed. */
export const exitCodeOf = (cause: Cause.Cause<unknown>): number => {
  const error = Option.getOrUndefined(Cause.findErrorOption(cause))
  return error instanceof UsageWrong || CliError.isCliError(error) ? exitCodes.usage : exitCodes.failed
}
