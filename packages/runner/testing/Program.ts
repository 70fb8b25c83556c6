import { type ChildProcessByStdio, spawn } from "node:child_process"
import { once } from "node:events"
import { createInterface } from "node:readline"
import type { Readable } from "node:stream"
import { fileURLToPath } from "node:url"
import { Effect } from "effect"
import { oddInLine } from "./LogLines.ts"

const runner = new URL("../src/main.ts", import.meta.url)

/** A run of a command line. */
export interface Program {
  readonly pid: number
  readonly lines: AsyncIterableIterator<string>
  readonly signal: (signal: NodeJS.Signals) => void
  /** Sends a signal and waits for the end; gives the exit code. */
  readonly end: (signal?: NodeJS.Signals) => Promise<number | null>
  /** Waits for the end; gives the exit code and what was written to standard error. */
  readonly ended: Promise<{ readonly code: number | null; readonly errors: string }>
}

/** The lines, until one has a log field that is not published. */
async function* asPublished(lines: AsyncIterable<string>): AsyncGenerator<string, undefined> {
  for await (const line of lines) {
    const odd = oddInLine(line)
    if (odd !== null) throw new Error(odd)
    yield line
  }
}

const start = (
  main: URL,
  args: ReadonlyArray<string>,
  env: Readonly<Record<string, string>>,
  [command, ...before]: readonly [string, ...ReadonlyArray<string>] = [process.execPath]
): Program => {
  const { HOME, NODE_COMPILE_CACHE, PATH } = process.env
  const child: ChildProcessByStdio<null, Readable, Readable> = spawn(
    command,
    [...before, fileURLToPath(main), ...args],
    { env: { PATH, HOME, NODE_COMPILE_CACHE, ...env }, stdio: ["ignore", "pipe", "pipe"] }
  )
  let errors = ""
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    errors += text
  })
  const ended = once(child, "close").then(([code]) => ({ code, errors }))
  return {
    pid: child.pid ?? 0,
    lines: asPublished(createInterface(child.stdout)),
    ended,
    signal: (signal) => void child.kill(signal),
    end: async (signal = "SIGTERM") => {
      child.kill(signal)
      return (await ended).code
    }
  }
}

const patienceMs = 10_000

/** Ends a run at once, or as it would end by itself where it is asked for its coverage: only then does Node write that down. */
const stop = async (running: Program): Promise<void> => {
  if (process.env["NODE_V8_COVERAGE"] === undefined) return void (await running.end("SIGKILL"))
  const late = setTimeout(() => running.signal("SIGKILL"), patienceMs)
  await running.end("SIGTERM")
  clearTimeout(late)
}

/**
 * Starts a command line of this workspace with nothing but these settings, by another command than Node where one is given.
 * It is killed when the scope closes.
 */
export const programOf =
  (main: URL) =>
  (
    args: ReadonlyArray<string>,
    env: Readonly<Record<string, string>> = {},
    command?: readonly [string, ...ReadonlyArray<string>]
  ) =>
    Effect.acquireRelease(
      Effect.sync(() => start(main, args, env, command)),
      (running) => Effect.promise(() => stop(running))
    )

/** Starts the runner's command line. */
export const program = programOf(runner)

/** A command that runs Node where no file can grow beyond 64 KiB, as on a disk that is full. */
export const onFullDisk = ["/bin/bash", "-c", 'ulimit -f 64; exec "$0" "$@"', process.execPath] as const
