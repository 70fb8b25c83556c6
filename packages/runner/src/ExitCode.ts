import { endProgram } from "@alga-psa/ext-adapters-wit/ProgramEnd"
import { Cause, Option, Schema } from "effect"
import { CliError } from "effect/cli"
import { SettingsInvalid } from "./SettingsSource.ts"

/**
 * The exit code of the command line. `0`: done, also for a runner that was told to stop. `1`: failed. `2`: wrong usage
 * or settings. `3`: the handler that `execute` ran answered with a status of 400 or more.
 */
export const exitCodes = { done: 0, failed: 1, usage: 2, handler: 3 } as const

/** The command line was used wrongly. */
export class UsageWrong extends Schema.TaggedError<UsageWrong>()("UsageWrong", { message: Schema.String }) {}

/** The exit code of a run that failed. */
export const exitCodeOf = (cause: Cause.Cause<unknown>): number => {
  const error = Option.getOrUndefined(Cause.findErrorOption(cause))
  const usage = error instanceof SettingsInvalid || error instanceof UsageWrong || CliError.isCliError(error)
  return usage ? exitCodes.usage : exitCodes.failed
}

/** How the command line ends. */
export const endWith = endProgram(exitCodeOf)
