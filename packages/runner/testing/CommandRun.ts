import { PassThrough } from "node:stream"
import { format } from "node:util"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Cause, ConfigProvider, Console, Effect, Exit, Metric } from "effect"
import { exitCodeOf, exitCodes } from "../src/ExitCode.ts"
import { type RunnerPart, runnerCommand } from "../src/internal/runnerCommand.ts"
import { LogTaker } from "../src/LogOutput.ts"
import { Environment } from "../src/SettingsSource.ts"
import { running } from "./Program.ts"

const linesOf = (text: string): ReadonlyArray<string> => (text === "" ? [] : text.replace(/\n$/, "").split("\n"))

type Settings = Readonly<Record<string, string>>

/** Runs the runner's command line with one command in this process, and with nothing but these settings. Gives its exit code. */
const exitCode = (
  command: RunnerPart,
  args: ReadonlyArray<string>,
  env: Settings,
  write: (output: "out" | "errors", text: string) => void
): Effect.Effect<number> => {
  const to =
    (output: "out" | "errors") =>
    (...parts: ReadonlyArray<unknown>) =>
      write(output, `${format(...parts)}\n`)
  const console: Console.Console = Object.assign(Object.create(globalThis.console), {
    log: to("out"),
    error: to("errors")
  })
  const logTaker = {
    write: (text: string, taken: () => void) => {
      write("out", text)
      taken()
    }
  }
  return runnerCommand([command])(args).pipe(
    Effect.provide([NodeServices.layer, ConfigProvider.layer(ConfigProvider.fromEnv({ env }))]),
    Effect.provideService(Environment, env),
    Effect.provideService(Console.Console, console),
    Effect.provideService(LogTaker, logTaker),
    Effect.provideService(Metric.MetricRegistry, new Map()),
    Effect.exit,
    Effect.map((exit) =>
      Exit.isSuccess(exit) || Cause.hasInterruptsOnly(exit.cause) ? exitCodes.done : exitCodeOf(exit.cause)
    )
  )
}

/**
 * Runs the runner's command line with one command, in this process and with nothing but these settings. Gives its exit code, the
 * lines that it printed, also as one text and as the JSON in each, and what it wrote to standard error. A process of its own takes half a
 * second to load.
 */
export const commandRun =
  (command: RunnerPart) =>
  (args: ReadonlyArray<string>, env: Settings = {}) =>
    Effect.gen(function* () {
      const written = { out: "", errors: "" }
      const code = yield* exitCode(command, args, env, (output, text) => {
        written[output] += text
      })
      const out = linesOf(written.out)
      return {
        code,
        out,
        text: out.join("\n"),
        errors: written.errors,
        rows: () => out.map((line) => JSON.parse(line))
      }
    })

/** Starts a command as {@link commandRun} does, until the scope closes. It counts as a program: any signal interrupts it. */
export const commandProgram = (command: RunnerPart, args: ReadonlyArray<string>, env: Settings) =>
  running(() => {
    const output = { out: new PassThrough(), errors: new PassThrough() }
    const fiber = Effect.runFork(exitCode(command, args, env, (name, text) => output[name].write(text)))
    const end = (exit: Exit.Exit<number>) => {
      for (const stream of Object.values(output)) stream.end()
      return Exit.isSuccess(exit) ? exit.value : exitCodes.done
    }
    return {
      pid: process.pid,
      stdout: output.out,
      stderr: output.errors,
      kill: () => fiber.interruptUnsafe(),
      closed: new Promise((resolve) => fiber.addObserver((exit) => resolve(end(exit))))
    }
  })
