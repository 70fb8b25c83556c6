import { type ChildProcess, spawn } from "node:child_process"
import { createInterface } from "node:readline"
import type { Writable } from "node:stream"
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
}

/** One request. */
export interface NodeRun {
  readonly id: string
  readonly file: string
  readonly request: unknown
  readonly answer: (call: HostCall) => Promise<HostReply>
}

const program = fileURLToPath(new URL(`program.${import.meta.url.endsWith(".ts") ? "ts" : "js"}`, import.meta.url))

interface Waiting extends NodeRun {
  readonly done: (response: unknown) => void
  readonly failed: (why: string) => void
}

/** A process in which handlers run; it is started when it is needed, and anew after it has ended. It is no sandbox. */
export const makeNodeProcess = ({ inspectPort, onInspector }: NodeProcessOptions) => {
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
    createInterface({ input: made.stderr as NodeJS.ReadableStream }).on("line", (line) => {
      const [address] = /ws:\/\/\S+/.exec(line) ?? []
      if (address !== undefined) onInspector(address)
    })
    made.on("message", (told: Told) => {
      const one = waiting.get(told.id)
      waiting.delete(told.id)
      if ("response" in told) one?.done(fromRecorded(told.response))
      else one?.failed(told.error)
    })
    made.once("exit", (code, signal) => {
      child = null
      for (const { failed } of waiting.values()) failed(`the process ended with ${signal ?? code}`)
      waiting.clear()
    })
    made.on("error", () => {})
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
        waiting.set(one.id, { ...one, done, failed: (why) => reject(new Error(why)) })
        child ??= started()
        const request: RecordedValue = toRecorded(one.request)
        child.send({ id: one.id, file: one.file, request })
      }),
    /** Waits no longer for a request. */
    forget: (id: string) => void waiting.delete(id),
    close: () => void child?.kill("SIGKILL")
  }
}
