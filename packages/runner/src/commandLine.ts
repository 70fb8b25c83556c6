import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Effect } from "effect"
import { endWith } from "./ExitCode.ts"
import { runnerCommand } from "./internal/runnerCommand.ts"

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

runnerCommand(loaded)(process.argv.slice(2)).pipe(
  Effect.provide(NodeServices.layer),
  NodeRuntime.runMain({ disableErrorReporting: true, teardown: endWith })
)
