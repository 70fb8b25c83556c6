import { foreignText } from "@alga-psa/ext-adapters-wit/ForeignText"
import { brokenRules } from "@alga-psa/ext-domain/BrokenRules"
import { NodeRuntime, NodeServices } from "@effect/platform-node"
import { Config, Console, Effect, Schema } from "effect"
import { CliError, Command } from "effect/cli"
import manifest from "../package.json" with { type: "json" }
import { config } from "./commands/config.ts"
import { db } from "./commands/db.ts"
import { execute } from "./commands/execute.ts"
import { inspect } from "./commands/inspect.ts"
import { serve } from "./commands/serve.ts"
import { triggers } from "./commands/triggers.ts"
import { endWith } from "./ExitCode.ts"

const runner = Command.make("alga-extension-runner").pipe(
  Command.withDescription(
    "Runs Alga PSA extensions. Exit codes: 0 done; 1 failed; 2 wrong usage or settings; 3 the handler answered 400 or more"
  ),
  Command.withSubcommands([serve, execute, inspect, config, db, triggers])
)

/** One line for the operator: a setting by its name and what it must be, or the error's own message. */
const explain = (error: Error): string =>
  error instanceof Config.ConfigError && Schema.isSchemaError(error.cause)
    ? brokenRules(error.cause.issue)
        .map(({ message, path }) => `${path.map(String).join(".")}: ${message}`)
        .join("; ")
    : error.message

/** Problems of settings are named all at once. */
const longestReport = 10_000

const report = (error: Error) =>
  CliError.isCliError(error)
    ? Effect.void
    : Console.error(foreignText(`alga-extension-runner: ${explain(error)}`, longestReport))

Command.run(runner, { version: manifest.version }).pipe(
  Effect.tapError(report),
  Effect.tapDefect(Effect.logFatal),
  Effect.provide(NodeServices.layer),
  NodeRuntime.runMain({ disableErrorReporting: true, teardown: endWith })
)
