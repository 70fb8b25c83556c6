import { type ChildProcess, spawn } from "node:child_process"
import { createInterface } from "node:readline"
import type { Readable, Writable } from "node:stream"
import { fileURLToPath } from "node:url"
import { type HostCall, type HostReply, packageName } from "@alga-psa/ext-adapters-wit"
import { fromRecorded, type RecordedValue, toRecorded } from "@alga-psa/ext-extension-sdk/Recording"
import { type Called, pipes, type Told } from "./messages.ts"

/** How to start it. */
export interface NodeProcessOptions {
  /** The port of Node's own inspector on the loopback address; 0 takes any free one, null has none. */
  readonly inspectPort: number | null
  /** Hears where a debugger can attach: an address with Node's own token in it. */
  readonly onInspector: (address: string) => void
  /** Hears why none can, and what to do. Default: nobody. */
  readonly onNoInspector?: (why: string) => void
}

/** One request. */
export interface NodeRun {
  readonly id: string
  readonly file: string
  readonly request: unknown
  readonly answer: (call: HostCall) => Promise<HostReply>
}

const program = fileURLToPath(new URL(`program.${import.meta.url.endsWith(".ts") ? "ts" : "js"}`, import.meta.url))

/** How much of its last words is told where the process ends. */
const lastLetters = 4_000

/** How long its last words are waited for, in milliseconds: a process that a handler started may hold its pipe open. */
const longestFarewell = 1_000

interface Waiting extends NodeRun {
  readonly by: ChildProcess
  readonly done: (response: unknown) => void
  readonly failed: (why: string) => void
}

/**
 * A process in which handlers run; it is started when it is needed, and again after it has ended. It is not a sandbox.
 */
export const makeNodeProcess = ({ inspectPort, onInspector, onNoInspector }: NodeProcessOptions) => {
  const waiting = new Map<string, Waiting>()
  let child: ChildProcess | null = null

  const replyTo = async ({ args, execution, function: name, interface: part }: Called): Promise<object> => {
    const one = execution === null ? undefined : waiting.get(execution)
    if (one === undefined) return part === "logging" ? { ok: null } : { error: "internal" }
    const call = { interface: `${packageName}/${part}`, function: name, args: args.map(fromRecorded) }
    const reply = await one.answer(call).catch((): HostReply => ({ type: "error", value: "internal" }))
    return reply.type === "ok" ? { ok: toRecorded(reply.value) } : { error: reply.value }
  }

  const started = (): ChildProcess => {
    const inspect = inspectPort === null ? [] : [`--inspect=127.0.0.1:${inspectPort}`]
    const made = spawn(process.execPath, ["--enable-source-maps", ...inspect, program], {
      stdio: ["ignore", "ignore", "pipe", "ipc", "pipe", "pipe"]
    })
    const opened: ReadonlyArray<unknown> = made.stdio
    const answers = opened[pipes.answers] as Writable
    createInterface({ input: opened[pipes.calls] as NodeJS.ReadableStream }).on("line", async (line) => {
      answers.write(`${JSON.stringify(await replyTo(JSON.parse(line)))}\n`)
    })
    const errors = made.stderr as Readable
    let output = ""
    createInterface({ input: errors }).on("line", (line) => {
      const [address] = /ws:\/\/\S+/.exec(line) ?? []
      // Its token lets in whoever knows it: it is told to the terminal alone.
      if (address !== undefined) return onInspector(address)
      output = `${output}${line}\n`.slice(-lastLetters)
      if (/^Starting inspector on .* failed: /.test(line)) {
        onNoInspector?.(`${line}: give another --inspect-port (0 takes any free one)`)
      }
    })
    /** Fails what waits for this process, and not for a newer one. */
    const end = (why: string): void => {
      if (child === made) child = null
      for (const [id, { by, failed }] of waiting) {
        if (by !== made) continue
        waiting.delete(id)
        failed(`the process ${[why, output.trim()].filter((part) => part !== "").join("\n")}`)
      }
    }
    made.on("message", (told: Told) => {
      const one = waiting.get(told.id)
      waiting.delete(told.id)
      if ("response" in told) one?.done(fromRecorded(told.response))
      else one?.failed(told.error)
    })
    made.once("exit", () => {
      if (child === made) child = null
      setTimeout(() => errors.destroy(), longestFarewell).unref()
    })
    made.once("close", (code, signal) => end(`ended with ${signal ?? code}`))
    made.on("error", ({ message }) => {
      end(`failed: ${message}`)
      made.kill("SIGKILL")
    })
    answers.on("error", () => {})
    return made
  }

  return {
    /** Starts it, for a debugger that attaches before the first request. */
    start: () => {
      child ??= started()
    },
    /** The handler's response. Rejects where there is none. */
    run: (one: NodeRun): Promise<unknown> =>
      new Promise((done, reject) => {
        const by = child ?? started()
        child = by
        waiting.set(one.id, { ...one, by, done, failed: (why) => reject(new Error(why)) })
        const request: RecordedValue = toRecorded(one.request)
        by.send({ id: one.id, file: one.file, request })
      }),
    /** Waits no longer for a request. */
    forget: (id: string) => void waiting.delete(id),
    close: () => void child?.kill("SIGKILL")
  }
}
