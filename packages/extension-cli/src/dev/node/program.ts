/** Runs a handler in Node for `alga-ext dev --node`: the program of a process of its own. */
import { AsyncLocalStorage } from "node:async_hooks"
import { readSync, writeSync } from "node:fs"
import { pathToFileURL } from "node:url"
import { fromRecorded, toRecorded } from "@alga-psa/ext-extension-sdk/Recording"
import { type Asked, hostCallName, pipes } from "./messages.ts"

const running = new AsyncLocalStorage<string>()

const readLine = (): string => {
  const chunks: Array<Buffer> = []
  for (;;) {
    const chunk = Buffer.alloc(65_536)
    const count = readSync(pipes.answers, chunk, 0, chunk.length, null)
    if (count === 0) throw new Error("alga-ext dev has ended")
    chunks.push(chunk.subarray(0, count))
    if (chunk[count - 1] === 0x0a) return Buffer.concat(chunks).toString("utf8")
  }
}

const writeLine = (value: unknown): void => {
  const bytes = Buffer.from(`${JSON.stringify(value)}\n`)
  for (let written = 0; written < bytes.length; ) written += writeSync(pipes.calls, bytes, written)
}

// It waits for the answer as a component does, and everything else in this process with it.
Reflect.set(globalThis, hostCallName, (part: string, name: string, args: ReadonlyArray<unknown>) => {
  writeLine({
    execution: running.getStore() ?? null,
    interface: part,
    function: name,
    args: args.map((one) => toRecorded(one))
  })
  const reply = JSON.parse(readLine())
  if ("error" in reply) throw { payload: reply.error }
  return fromRecorded(reply.ok)
})

const run = async ({ file, id, request }: Asked) => {
  try {
    const { handler } = await import(pathToFileURL(file).href)
    const response = await running.run(id, () => handler(fromRecorded(request)))
    process.send?.({ id, response: toRecorded(response) })
  } catch (error) {
    process.send?.({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) })
  }
}

process.on("message", (asked: Asked) => void run(asked))
process.on("disconnect", () => process.exit())
