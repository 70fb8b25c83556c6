import { NodeRuntime, NodeServices } from "@effect/platform-node"
import { Effect } from "effect"
import { Command } from "effect/cli"
import manifest from "../package.json" with { type: "json" }
import { demo } from "./commands/demo.ts"
import { serve } from "./commands/serve.ts"

const runner = Command.make("alga-extension-runner").pipe(
  Command.withDescription("Runs Alga PSA extensions"),
  Command.withSubcommands([serve, demo])
)

Command.run(runner, { version: manifest.version }).pipe(Effect.provide(NodeServices.layer), NodeRuntime.runMain)
