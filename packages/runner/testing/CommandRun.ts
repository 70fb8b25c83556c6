import { format } from "node:util"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { ConfigProvider, Console, Effect, Exit } from "effect"
import { exitCodeOf, exitCodes } from "../src/ExitCode.ts"
import { type RunnerPart, runnerCommand } from "../src/internal/runnerCommand.ts"
import { Environment } from "../src/SettingsSource.ts"

const linesOf = (text: string): ReadonlyArray<string> => (text === "" ? [] : text.replace(/\n$/, "").split("\n"))

/**
 * Runs the runner's command line with one command, in this process and with nothing but these settings. Gives its exit code, the
 * lines that it printed, also as one text and as the JSON in each, and what it wrote to standard error. A process of its own takes half a
 * second to load.
 */
export const commandRun =
  (command: RunnerPart) =>
  (args: ReadonlyArray<string>, env: Readonly<Record<string, string>> = {}) =>
    Effect.gen(function* () {
      const written = { out: "", errors: "" }
      const to =
        (output: keyof typeof written) =>
        (...parts: ReadonlyArray<unknown>) => {
          written[output] += `${format(...parts)}\n`
        }
      const console: Console.Console = Object.assign(Object.create(globalThis.console), {
        log: to("out"),
        error: to("errors")
      })
      const exit = yield* runnerCommand([command])(args).pipe(
        Effect.provide([NodeServices.layer, ConfigProvider.layer(ConfigProvider.fromEnv({ env }))]),
        Effect.provideService(Environment, env),
        Effect.provideService(Console.Console, console),
        Effect.exit
      )
      const out = linesOf(written.out)
      return {
        code: Exit.isSuccess(exit) ? exitCodes.done : exitCodeOf(exit.cause),
        out,
        text: out.join("\n"),
        errors: written.errors,
        rows: () => out.map((line) => JSON.parse(line))
      }
    })
