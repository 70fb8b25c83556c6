import { NodeRuntime, NodeServices } from "@effect/platform-node"
import { Console, Effect } from "effect"
import { CliError, Command } from "effect/cli"
import manifest from "../package.json" with { type: "json" }
import { demo } from "./commands/demo.ts"
import { serve } from "./commands/serve.ts"

const runner = Command.make("alga-extension-runner").pipe(
  Command.withDescription("Runs Alga PSA extensions"),
  Command.withSubcommands([serve, demo])
)

const explain = (error: { readonly message: string }) =>
  CliError.isCliError(error)
    ? Effect.void
    : Console.error(`alga-extension-runner: ${error.message.replaceAll("\n", " ")}`)

Command.run(runner, { version: manifest.version }).pipe(
  Effect.tapError(explain),
  Effect.tapDefect(Effect.logFatal),
  Effect.provide(NodeServices.layer),
  NodeRuntime.runMain({ disableErrorReporting: true })
)
