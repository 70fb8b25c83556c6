import { Buffer } from "node:buffer"
import { Effect, type Exit, type Fiber, Schema } from "effect"
import { carriedResponse } from "../../CarriedResponse.ts"
import { type ExecuteRequest, ExecuteResponse } from "../../Execute.ts"
import { ExecutionFailed, type ExecutionFailedReason } from "../../ExecutionFailed.ts"
import type { HostCall, HostReply, ProtocolViolation } from "../../HostCall.ts"
import type { Limits } from "../../Limits.ts"
import type { ToGuest } from "../child/Messages.ts"
import { pack } from "../child/Wire.ts"
import { readArguments } from "../imports/worldTypes.ts"
import { brokenGuest, type Guest, messageIn } from "./Guest.ts"
import { type GuestMessage, isRefusal } from "./GuestMessage.ts"
import { unexpected } from "./guestFailures.ts"
import { logLine } from "./logLine.ts"
import { countInstance, countMemoryRefused } from "./metrics.ts"
import { TooManyValues, TooMuchText, type ValueReader } from "./ValueReader.ts"
import { valueReader } from "./valueType.ts"

type Done = Extract<GuestMessage, { readonly type: "done" }>
type Call = Extract<GuestMessage, { readonly type: "call" }>

const detailBytes = 500

const failure = (reason: ExecutionFailedReason, detail: string) => new ExecutionFailed({ reason, detail })

const refusals = {
  call: (error: Error, limits: Limits) =>
    error instanceof TooManyValues
      ? failure("too-many-values", `more than ${limits.hostCallValues} values`)
      : failure("protocol", logLine(error.message, detailBytes)),
  response: (error: Error) =>
    error instanceof TooManyValues
      ? failure("response-header-limit", "too many headers")
      : error instanceof TooMuchText
        ? failure("response-headers-too-large", "too many bytes")
        : failure("response-invalid", logLine(error.message, detailBytes))
}

/** Runs what may throw for what a guest sent. */
const reading = <A>(read: () => A, refuse: (error: Error) => ExecutionFailed): A | ExecutionFailed => {
  try {
    return read()
  } catch (error) {
    if (isRefusal(error)) return refuse(error)
    throw error
  }
}

const readResponse = valueReader(ExecuteResponse)
const decodeResponse = Schema.decodeUnknownEffect(ExecuteResponse)
/** Values of one header, and those of a response beside its headers, with room for options of a newer world. */
const headerValues = 3
const otherValues = 64

const response = Effect.fnUntraced(function* (reader: ValueReader, limits: Limits, method: string) {
  const bounds = { values: limits.headers * headerValues + otherValues, text: limits.headerBytes }
  const read = reading(() => {
    const value = readResponse(reader.bound(bounds))
    reader.end()
    return value
  }, refusals.response)
  if (read instanceof ExecutionFailed) return yield* read
  const answer = yield* Effect.mapError(decodeResponse(read), () => failure("response-invalid", "not an HTTP response"))
  const bytes = answer.body?.byteLength ?? 0
  if (bytes > limits.responseBodyBytes) return yield* failure("response-too-large", `${bytes} bytes`)
  if (answer.headers.length > limits.headers) {
    return yield* failure("response-header-limit", `${answer.headers.length} headers`)
  }
  return carriedResponse(answer, method) ?? (yield* failure("response-invalid", "more than one set-cookie"))
})

/** The call with its arguments, as the types of the world have them. */
const hostCall = ({ args, function: member, interface: name }: Call, frameBytes: number, limits: Limits) => {
  const read = readArguments(name, member)
  if (read === undefined) return failure("protocol", "a function that the world does not have")
  return reading(
    (): HostCall => {
      const bounds = { values: limits.hostCallValues, text: frameBytes }
      const values = read(args.bound(bounds)) as ReadonlyArray<unknown>
      args.end()
      return { interface: name, function: member, args: values }
    },
    (error) => refusals.call(error, limits)
  )
}

/**
 * Sends a request and answers the guest's host calls, one after another, until it is done. Frames are handled as they
 * come and a call that needs to wait for nothing is answered at once: on this way every microsecond counts.
 *
 * Whoever interrupts this does not wait for the host call in flight; it is interrupted as soon as it can be, like when the
 * process breaks.
 */
const untilDone = <R>(
  guest: Guest,
  request: ExecuteRequest,
  limits: Limits,
  host: (call: HostCall) => Effect.Effect<HostReply, ProtocolViolation, R>,
  onRun: () => void
): Effect.Effect<Done, ExecutionFailed, R> =>
  Effect.contextWith((context) =>
    Effect.callback<Done, ExecutionFailed, R>((resume) => {
      const run = Effect.runForkWith(context)
      const { node } = guest
      let calls = 0
      let totalBytes = 0
      let inFlight: Fiber.Fiber<HostReply, ExecutionFailed> | null = null
      let forget = (): void => {}

      const stop = (): void => {
        forget()
        const fiber = inFlight
        inFlight = null
        fiber?.interruptUnsafe()
      }
      const finish = (result: Effect.Effect<Done, ExecutionFailed>): void => {
        stop()
        resume(result)
      }
      const isTooMuch = (bytes: number): boolean => {
        totalBytes += bytes
        if (totalBytes <= limits.hostCallTotalBytes) return false
        finish(failure("host-calls-too-large", `${totalBytes} bytes`))
        return true
      }
      const reply = (answer: HostReply): void => {
        const parts: Array<Uint8Array> = []
        const value = pack(answer.value, parts)
        const text = JSON.stringify({ type: answer.type, value, parts: parts.length } satisfies ToGuest)
        const bytes = parts.reduce((sum, part) => sum + part.byteLength, Buffer.byteLength(text))
        if (bytes > limits.hostCallBytes) finish(failure("host-reply-too-large", `a reply of ${bytes} bytes`))
        else if (!isTooMuch(bytes)) {
          node.receive(onFrame)
          node.send(text, ...parts)
        }
      }
      const onReply = (exit: Exit.Exit<HostReply, ExecutionFailed>): void => {
        inFlight = null
        if (exit._tag === "Failure") {
          finish(Effect.failCause(exit.cause))
          return
        }
        try {
          reply(exit.value)
        } catch (defect) {
          finish(Effect.die(defect))
        }
      }
      const answer = (call: HostCall): void => {
        const answered = Effect.mapError(
          Effect.suspend(() => host(call)),
          ({ detail }) => failure("protocol", detail)
        )
        const fiber = run(answered)
        const exit = fiber.pollUnsafe()
        if (exit !== undefined) {
          onReply(exit)
          return
        }
        inFlight = fiber
        fiber.addObserver((late) => {
          if (inFlight === fiber) onReply(late)
        })
      }
      const onFrame = (body: Buffer): void => {
        const message = messageIn(body)
        const bytes = body.byteLength
        if (message instanceof ExecutionFailed) finish(message)
        else if (message.type === "done") finish(Effect.succeed(message))
        else if (message.type !== "call") finish(unexpected(message))
        else if (++calls > limits.hostCalls) finish(failure("host-call-limit", `more than ${limits.hostCalls} calls`))
        else if (bytes > limits.hostCallBytes) finish(failure("host-call-too-large", `a call of ${bytes} bytes`))
        else if (!isTooMuch(bytes)) {
          const call = hostCall(message, bytes, limits)
          if (call instanceof ExecutionFailed) finish(call)
          else answer(call)
        }
      }

      forget = node.onBroken((why) => finish(brokenGuest(node, why)))
      const parts: Array<Uint8Array> = []
      const packed = pack(request, parts)
      onRun()
      node.receive(onFrame)
      node.send(
        JSON.stringify({
          type: "run",
          request: packed,
          parts: parts.length,
          responseBytes: limits.responseBodyBytes,
          headers: limits.headers,
          headerBytes: limits.headerBytes,
          hostCallBytes: limits.hostCallBytes
        } satisfies ToGuest),
        ...parts
      )
      return Effect.sync(stop)
    })
  )

/** Runs one request on a bound process. `onRun` hears of the moment at which the guest gets it. */
export const converse = Effect.fnUntraced(function* <R>(
  guest: Guest,
  request: ExecuteRequest,
  limits: Limits,
  host: (call: HostCall) => Effect.Effect<HostReply, ProtocolViolation, R>,
  onRun: () => void = () => {}
): Effect.fn.Return<ExecuteResponse, ExecutionFailed, R> {
  const done = yield* untilDone(guest, request, limits, host, onRun)
  guest.residentBytes = done.residentBytes
  yield* countInstance(done.obstacle ?? "restored")
  if (done.memoryRefused) yield* countMemoryRefused
  return yield* response(done.response, limits, request.http.method)
})
