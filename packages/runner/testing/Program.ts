import { type ChildProcessByStdio, spawn } from "node:child_process"
import { EventEmitter, once } from "node:events"
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
  /** Waits until it has written such a text to standard error. */
  readonly said: (text: RegExp) => Promise<void>
  /** Waits for the end; gives the exit code and what was written to standard error. */
  readonly ended: Promise<{ readonly code: number | null; readonly errors: string }>
}

/** A run with what it logged that is not in the list of log fields. */
interface Started extends Program {
  readonly odd: () => string | null
}

/**
 * The lines of a stream, each read as soon as it is there: a program whose output nobody takes would stand still. Notes the first
 * that has a log field which is not published.
 */
const linesOf = (output: Readable) => {
  const waiting: Array<string> = []
  let odd: string | null = null
  let ended = false
  let wake = () => {}
  createInterface(output)
    .on("line", (line) => {
      odd ??= oddInLine(line)
      waiting.push(line)
      wake()
    })
    .on("close", () => {
      ended = true
      wake()
    })
  const each = async function* (): AsyncGenerator<string, undefined> {
    for (;;) {
      const line = waiting.shift()
      if (line !== undefined) yield line
      else if (ended) return
      else {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    }
  }
  return { lines: each(), odd: () => odd }
}

/** What runs: a process, or what stands for one. */
interface Running {
  readonly pid: number
  readonly stdout: Readable
  readonly stderr: Readable
  readonly kill: (signal: NodeJS.Signals) => unknown
  /** The exit code, once it has ended. */
  readonly closed: Promise<number | null>
}

const startProcess = (
  main: URL,
  args: ReadonlyArray<string>,
  env: Readonly<Record<string, string>>,
  [command, ...before]: readonly [string, ...ReadonlyArray<string>] = [process.execPath]
): Running => {
  const { HOME, NODE_COMPILE_CACHE, PATH } = process.env
  const child: ChildProcessByStdio<null, Readable, Readable> = spawn(
    command,
    [...before, fileURLToPath(main), ...args],
    { env: { PATH, HOME, NODE_COMPILE_CACHE, ...env }, stdio: ["ignore", "pipe", "pipe"] }
  )
  return {
    pid: child.pid ?? 0,
    stdout: child.stdout,
    stderr: child.stderr,
    kill: (signal) => child.kill(signal),
    closed: once(child, "close").then(([code]) => code)
  }
}

const watched = ({ closed, kill, pid, stderr, stdout }: Running): Started => {
  let errors = ""
  let over = false
  const news = new EventEmitter()
  stderr.setEncoding("utf8").on("data", (text: string) => {
    errors += text
    news.emit("news")
  })
  const ended = closed.then((code) => {
    over = true
    news.emit("news")
    return { code, errors }
  })
  return {
    pid,
    ...linesOf(stdout),
    ended,
    signal: (signal) => void kill(signal),
    said: async (text) => {
      while (!text.test(errors)) {
        if (over) throw new Error(`it ended and did not say ${text}: ${errors}`)
        await once(news, "news")
      }
    },
    end: async (signal = "SIGTERM") => {
      kill(signal)
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

/** A run that is killed when the scope closes, which fails where it logged what the list of log fields does not have. */
export const running = (start: () => Running) =>
  Effect.acquireRelease(
    Effect.sync(() => watched(start())),
    (started) =>
      Effect.andThen(
        Effect.promise(() => stop(started)),
        Effect.suspend(() => (started.odd() === null ? Effect.void : Effect.die(new Error(started.odd() ?? ""))))
      )
  ).pipe(Effect.map((started): Program => started))

/**
 * Starts a command line of this workspace with nothing but these settings, by another command than Node where one is given. See
 * {@link running}.
 */
export const programOf =
  (main: URL) =>
  (
    args: ReadonlyArray<string>,
    env: Readonly<Record<string, string>> = {},
    command?: readonly [string, ...ReadonlyArray<string>]
  ) =>
    running(() => startProcess(main, args, env, command))

/** Starts the runner's command line. */
export const program = programOf(runner)

/** A command that runs Node where no file can grow beyond 64 KiB, as on a disk that is full. */
export const onFullDisk = ["/bin/bash", "-c", 'ulimit -f 64; exec "$0" "$@"', process.execPath] as const
