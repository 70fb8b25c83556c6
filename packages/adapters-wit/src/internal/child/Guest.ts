import { coreWasm } from "./CoreWasm.ts"
import { encode, forgetWritten, MessageTooLarge } from "./Encoder.ts"
import { type Glue, prepare, takeMemoryRefused } from "./GuestInstance.ts"
import { glueUrl, harden, makeReadDropper } from "./Harden.ts"
import { headerBytes } from "./HeaderBytes.ts"
import { type Instances, makeInstances } from "./Instances.ts"
import type { FailReason, FromGuest, Load, Reply, Run, ToGuest, WithParts } from "./Messages.ts"
import { forgetRead, PipeClosed, readFrame, readMessage, readText, write } from "./Pipe.ts"
import { needsUnpacking, unpack } from "./Wire.ts"

const afterThisTurn = setImmediate
const end = process.exit.bind(process, 0)
const dropReads = makeReadDropper()
const resident = process.memoryUsage.rss
const send = (message: FromGuest): void => write(encode(message))

const requestsBetweenLooks = 64

let hostCallBytes = 0

const readParts = ({ parts }: WithParts): ReadonlyArray<Uint8Array> => Array.from({ length: parts }, () => readFrame())

const callHost = (name: string, member: string, args: ReadonlyArray<unknown>): unknown => {
  write(encode({ type: "call", interface: name, function: member, args }, hostCallBytes))
  const text = readText()
  const reply = JSON.parse(text) as Reply
  const value = needsUnpacking(text) ? unpack(reply.value, readParts(reply)) : reply.value
  if (reply.type === "error") throw { payload: value }
  return value
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

const fieldOf = (value: unknown, name: string): unknown =>
  value !== null && typeof value === "object" ? (value as Readonly<Record<string, unknown>>)[name] : undefined

/** What V8 throws where the stack has no room for another call. */
const isOutOfStack = (error: unknown): boolean =>
  error instanceof RangeError && error.message === "Maximum call stack size exceeded"

/** A trap after the instance was refused memory has that for its cause, unless it is one of the stack. */
const reasonOf = (error: unknown): FailReason => {
  const memoryRefused = takeMemoryRefused()
  if (error instanceof MessageTooLarge) return "host-call-too-large"
  if (isOutOfStack(error)) return "too-deep"
  return memoryRefused && error instanceof coreWasm.RuntimeError ? "memory-limit" : "trap"
}

/** What of a response is more than its limit, so that it need not cross the pipe; the host looks again. */
const excessOf = (response: unknown, limits: Run): FailReason | null => {
  const body = fieldOf(response, "body")
  if (body instanceof Uint8Array && body.byteLength > limits.responseBytes) return "response-too-large"
  const headers = fieldOf(response, "headers")
  if (!Array.isArray(headers)) return null
  if (headers.length > limits.headers) return "response-header-limit"
  return headerBytes(headers) > limits.headerBytes ? "response-headers-too-large" : null
}

/** The glue's copy of a body, which has crossed the pipe. */
const overwriteBody = (response: unknown): void => {
  const body = fieldOf(response, "body")
  if (body instanceof Uint8Array) body.fill(0)
}

/** The component that this process is bound to, and its instances. */
class Bound {
  private readonly instances: Instances
  private requests = 0
  private residentBytes = 0

  constructor(instances: Instances) {
    this.instances = instances
  }

  /** Makes ready for the next request, and leaves nothing of the last one where a guest could reach it. */
  prepare(keptBytes: number): void {
    this.instances.prepare(keptBytes)
    forgetRead()
    forgetWritten()
  }

  /** Answers a request. Where it failed, the host ends this process. */
  run(message: Run): void {
    hostCallBytes = message.hostCallBytes
    const request = unpack(message.request, readParts(message))
    try {
      const instance = this.instances.take(message.install)
      takeMemoryRefused()
      const response = instance.handler(request)
      const excess = excessOf(response, message)
      if (excess === null) {
        const obstacle = instance.obstacle()
        if (this.requests++ % requestsBetweenLooks === 0 || obstacle !== null) this.residentBytes = resident()
        send({
          type: "done",
          response,
          obstacle,
          residentBytes: this.residentBytes,
          memoryRefused: takeMemoryRefused(),
          memoryBytes: instance.memoryBytes()
        })
        overwriteBody(response)
      } else fail(excess, null)
    } catch (error) {
      if (error instanceof PipeClosed) throw error
      fail(reasonOf(error), error)
    }
  }
}

const load = async (message: Load): Promise<Bound> => {
  const glueText = readFrame().toString("utf8")
  const modules = message.modules.map(() => readFrame())
  harden(glueText)
  dropReads()
  const glue = (await import(glueUrl)) as Glue
  const imports = Object.fromEntries(message.imports.map((name) => [name, importOf(name)]))
  return new Bound(makeInstances(prepare(message, modules, glue, imports), message.shared))
}

const serve = async (): Promise<void> => {
  send({ type: "ready" })
  let bound: Bound | undefined
  for (;;) {
    // What runs next finds the same room on the stack whatever ran before, and promises have run out.
    await new Promise((resolve) => afterThisTurn(resolve))
    const message = readMessage() as ToGuest
    if (message.type === "load") {
      try {
        bound = await load(message)
        forgetRead()
        send({ type: "loaded" })
      } catch (error) {
        fail("load", error)
      }
    } else if (message.type === "prepare" && bound !== undefined) {
      bound.prepare(message.keptBytes)
      send({ type: "ready" })
    } else if (message.type === "run" && bound !== undefined) {
      bound.run(message)
    }
  }
}

serve().catch(end)
