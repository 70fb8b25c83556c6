import { Buffer } from "node:buffer"
import { type Glue, type NewInstance, prepare } from "./GuestInstance.ts"
import { harden, makeReadDropper } from "./Harden.ts"
import type { FailReason, FromGuest, Load, Reply, Run, ToGuest } from "./Messages.ts"
import { PipeClosed, readMessage, writeFrame, writeMessage } from "./Pipe.ts"
import { pack, unpack } from "./Wire.ts"

class CallTooLarge extends Error {}

const afterThisTurn = setImmediate
const end = process.exit.bind(process, 0)
const dropReads = makeReadDropper()
const send = (message: FromGuest): void => writeMessage(message)

let hostCallBytes = 0

const callHost = (name: string, member: string, args: ReadonlyArray<unknown>): unknown => {
  const call: FromGuest = { type: "call", interface: name, function: member, args: args.map(pack) }
  const frame = Buffer.from(JSON.stringify(call))
  if (frame.byteLength > hostCallBytes) throw new CallTooLarge()
  writeFrame(frame)
  const reply = readMessage() as Reply
  if (reply.type === "error") throw { payload: unpack(reply.value) }
  return unpack(reply.value)
}

const importOf = (name: string): object =>
  new Proxy(Object.create(null), {
    get: (functions: Record<PropertyKey, unknown>, member) => {
      if (typeof member !== "string") return undefined
      functions[member] ??= (...args: ReadonlyArray<unknown>) => callHost(name, member, args)
      return functions[member]
    }
  })

const fail = (reason: FailReason, error: unknown): void =>
  send({
    type: "fail",
    reason,
    detail: (error instanceof Error ? `${error.name}: ${error.message}` : "").slice(0, 500)
  })

const load = async (message: Load): Promise<NewInstance> => {
  harden(message.glue)
  const glue = (await import(message.glue)) as Glue
  const imports = Object.fromEntries(message.imports.map((name) => [name, importOf(name)]))
  const newInstance = prepare(message, glue, imports)
  dropReads()
  return newInstance
}

const bodyBytes = (response: unknown): number => {
  const body = response !== null && typeof response === "object" && "body" in response ? response.body : undefined
  return body instanceof Uint8Array ? body.byteLength : 0
}

const run = (message: Run, newInstance: NewInstance): void => {
  hostCallBytes = message.hostCallBytes
  try {
    const response = newInstance().handler(unpack(message.request))
    const size = bodyBytes(response)
    if (size > message.responseBytes) fail("response-too-large", new RangeError(`${size} bytes`))
    else send({ type: "done", response: pack(response) })
  } catch (error) {
    if (error instanceof PipeClosed) throw error
    fail(error instanceof CallTooLarge ? "host-call-too-large" : "trap", error)
  }
}

const serve = async (): Promise<void> => {
  send({ type: "ready" })
  let newInstance: NewInstance | undefined
  for (;;) {
    const message = readMessage() as ToGuest
    if (message.type === "load") {
      try {
        newInstance = await load(message)
        send({ type: "loaded" })
      } catch (error) {
        fail("load", error)
      }
    } else if (message.type === "run" && newInstance !== undefined) run(message, newInstance)
    await new Promise((resolve) => afterThisTurn(resolve))
  }
}

serve().catch(end)
