import { foreignText } from "@alga-psa/ext-adapters-wit/ForeignText"
import { brokenRules, placeOf } from "@alga-psa/ext-domain/BrokenRules"
import { Config, Console, Effect, Schema } from "effect"
import { CliError, Command } from "effect/cli"
import { HttpServerError } from "effect/http"
import manifest from "../../package.json" with { type: "json" }
import { innermostCause } from "./innermostCause.ts"

/**
 * One line for the operator: a setting by its name and what it must be, or the error's own message with the innermost cause
 * behind it.
 */
const explain = (error: Error): string => {
  if (error instanceof Config.ConfigError && Schema.isSchemaError(error.cause)) {
    return brokenRules(error.cause.issue)
      .map(({ message, path }) => `${placeOf(path)}: ${message}`)
      .join("; ")
  }
  const message = error instanceof HttpServerError.ServeError ? "cannot listen: check HOST and PORT" : error.message
  const cause = innermostCause(error)
  if (message === "") return cause || error.name
  return message.includes(cause) ? message : `${message}: ${cause}`
}

/** Problems of settings are named all at once. */
const longestReport = 10_000

const report = (error: Error) =>
  CliError.isCliError(error)
    ? Effect.void
    : Console.error(foreignText(`alga-extension-runner: ${explain(error)}`, longestReport))

/** A fault of this program. Its stack is there for who asks for it with `--log-level debug`. */
const unexpected = (defect: unknown) =>
  Effect.andThen(
    Console.error(
      foreignText(`alga-extension-runner: unexpected: ${innermostCause(defect) || "no reason"}`, longestReport)
    ),
    Effect.logDebug("unexpected", defect)
  )

/** A command of the runner's, such as `db`. */
// biome-ignore lint/suspicious/noExplicitAny: a list holds commands of different names and flags, and the type of each is for its own alone
export type RunnerPart = Command.Command<any, any, object, Error, Command.Environment>

/** The runner's command line with these commands. Why a run fails is said on standard error. */
export const runnerCommand = (commands: ReadonlyArray<RunnerPart>) => {
  const runner = Command.make("alga-extension-runner").pipe(
    Command.withDescription(
      "Run Alga PSA extensions. Exit codes: 0 done; 1 failed; 2 wrong usage or settings; 3 the handler answered 400 or more"
    ),
    Command.withSubcommands(commands)
  )
  const run = Command.runWith(runner, { version: manifest.version })
  return (args: ReadonlyArray<string>) => run(args).pipe(Effect.tapError(report), Effect.tapDefect(unexpected))
}
