import { foreignText } from "@alga-psa/ext-adapters-wit/ForeignText"
import { brokenRules } from "@alga-psa/ext-domain/BrokenRules"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Config, Console, Effect, Schema } from "effect"
import { CliError, Command } from "effect/cli"
import { HttpServerError } from "effect/http"
import manifest from "../package.json" with { type: "json" }
import { endWith } from "./ExitCode.ts"
import { innermostCause } from "./internal/innermostCause.ts"

const commands = {
  serve: async () => (await import("./commands/serve.ts")).serve,
  execute: async () => (await import("./commands/execute.ts")).execute,
  inspect: async () => (await import("./commands/inspect.ts")).inspect,
  config: async () => (await import("./commands/config.ts")).config,
  db: async () => (await import("./commands/db.ts")).db,
  triggers: async () => (await import("./commands/triggers.ts")).triggers,
  access: async () => (await import("./commands/access.ts")).access
}

/**
 * The command that is asked for: each loads what others do not need. All where none is, as for help, or where completions are:
 * those know every command, whichever they are asked beside.
 */
const isWhole = process.argv.some((one) => one.startsWith("--completions"))
const asked = Object.entries(commands).filter(([name]) => !isWhole && name === process.argv[2])
const loaded = await Promise.all((asked.length > 0 ? asked : Object.entries(commands)).map(([, load]) => load()))

const runner = Command.make("alga-extension-runner").pipe(
  Command.withDescription(
    "Run Alga PSA extensions. Exit codes: 0 done; 1 failed; 2 wrong usage or settings; 3 the handler answered 400 or more"
  ),
  Command.withSubcommands(loaded)
)

/**
 * One line for the operator: a setting by its name and what it must be, or the error's own message with the innermost cause
 * behind it.
 */
const explain = (error: Error): string => {
  if (error instanceof Config.ConfigError && Schema.isSchemaError(error.cause)) {
    return brokenRules(error.cause.issue)
      .map(({ message, path }) => `${path.map(String).join(".")}: ${message}`)
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

Command.run(runner, { version: manifest.version }).pipe(
  Effect.tapError(report),
  Effect.tapDefect(unexpected),
  Effect.provide(NodeServices.layer),
  NodeRuntime.runMain({ disableErrorReporting: true, teardown: endWith })
)
