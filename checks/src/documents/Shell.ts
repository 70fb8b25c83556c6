import { spawn } from "node:child_process"
import { once } from "node:events"
import { delimiter, dirname } from "node:path"
import { createInterface } from "node:readline"
import { text } from "node:stream/consumers"
import type { Ended } from "../release/Commands.ts"

/** Where a command runs. */
export interface Place {
  /** Absolute. */
  readonly folder: string
  /** Settings, beside those of the machine. */
  readonly env: Readonly<Record<string, string>>
}

const ofThisRun =
  /^(npm_(?!config_registry)|pnpm_|VITEST|NODE_(OPTIONS|PATH|ENV|V8_COVERAGE|CHANNEL)|TEST_|ALGA_KEPT_|INIT_CWD$)/i

/** The environment of a new shell: the Node of this process first, and nothing of the run of tests around it but what Node made of sources. */
const around = ({ env }: Place): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !ofThisRun.test(name))),
  PATH: [dirname(process.execPath), process.env["PATH"]].join(delimiter),
  NO_COLOR: "1",
  ...env
})

const strict = (script: string) => ["-c", `set -euo pipefail\n${script}`]

const spawned = (script: string, place: Place) =>
  spawn("bash", strict(script), {
    cwd: place.folder,
    env: around(place),
    // Nobody answers what a command asks.
    stdio: ["ignore", "pipe", "pipe"],
    // The leader of a group, as a terminal makes it.
    detached: true
  })

const tell = (child: { readonly pid?: number | undefined }, signal: NodeJS.Signals): void => {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, signal)
  } catch {
    // The whole group has ended.
  }
}

/** How long a script may run, in milliseconds: a test ends after 240 seconds. */
const patience = 220_000

/** Runs a script to its end. What it has started is ended after 220 seconds. */
export const runScript = async (script: string, place: Place): Promise<Ended> => {
  const child = spawned(script, place)
  const closed = once(child, "close")
  const ended = setTimeout(() => tell(child, "SIGKILL"), patience)
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)])
  const [code] = await closed
  clearTimeout(ended)
  return code === null ? { code: 1, stdout, stderr: `${stderr}\nended after ${patience} ms` } : { code, stdout, stderr }
}

/** A command that stays up. */
export interface Started {
  /** The lines that it writes, until one matches. Fails where the command ends before. */
  readonly until: (last: RegExp) => Promise<ReadonlyArray<string>>
  /** What Ctrl-C does: tells every process that the command has started, and waits for its end. */
  readonly interrupt: () => Promise<void>
  /** As {@link interrupt}, by another signal. */
  readonly end: (signal: NodeJS.Signals) => Promise<void>
  /** Waits for its end, by whatever. */
  readonly ended: () => Promise<void>
}

/** Starts a command that stays up. */
export const start = (command: string, place: Place): Started => {
  const child = spawned(command, place)
  const closed = once(child, "close")
  let errors = ""
  child.stderr.setEncoding("utf8").on("data", (more: string) => {
    errors += more
  })
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  const ended = async () => {
    child.stdout.resume()
    await closed
  }
  const end = (signal: NodeJS.Signals) => {
    tell(child, signal)
    return ended()
  }
  return {
    end,
    ended,
    until: async (last) => {
      const seen: Array<string> = []
      for (;;) {
        const { done, value } = await lines.next()
        if (done === true) throw new Error(`${command} ended too early:\n${seen.join("\n")}\n${errors}`)
        seen.push(value)
        if (last.test(value)) return seen
      }
    },
    interrupt: () => end("SIGINT")
  }
}
