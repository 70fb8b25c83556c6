import { Buffer } from "node:buffer"
import { Effect, type Exit, type Fiber, Schema } from "effect"
import { type ExecuteRequest, ExecuteResponse } from "../../Execute.ts"
import { ExecutionFailed, type ExecutionFailedReason } from "../../ExecutionFailed.ts"
import type { HostCall, HostReply, ProtocolViolation } from "../../HostCall.ts"
import type { Limits } from "../../Limits.ts"
import { headerBytes } from "../child/HeaderBytes.ts"
import type { ToGuest } from "../child/Messages.ts"
import { pack, TooNested, unpack } from "../child/Wire.ts"
import { brokenGuest, type Guest, messageIn } from "./Guest.ts"
import type { GuestMessage } from "./GuestMessage.ts"
import { unexpected } from "./guestFailures.ts"
import { countInstance } from "./metrics.ts"

type Done = Extract<GuestMessage, { readonly type: "done" }>
type Call = Extract<GuestMessage, { readonly type: "call" }>

const failure = (reason: ExecutionFailedReason, detail: string) => new ExecutionFailed({ reason, detail })

const unpackOr = (value: unknown, { nesting }: Limits, reason: ExecutionFailedReason) =>
  Effect.try({
    try: () => unpack(value, nesting),
    catch: (error) =>
      error instanceof TooNested
        ? failure("too-nested", `more than ${nesting} levels`)
        : failure(reason, "a value that cannot be read")
  })

const decodeResponse = Schema.decodeUnknownEffect(ExecuteResponse)

const response = Effect.fnUntraced(function* (packed: unknown, limits: Limits) {
  const answer = yield* Effect.mapError(decodeResponse(yield* unpackOr(packed, limits, "response-invalid")), () =>
    failure("response-invalid", "not an HTTP response")
  )
  const bytes = answer.body?.byteLength ?? 0
  if (bytes > limits.responseBodyBytes) return yield* failure("response-too-large", `${bytes} bytes`)
  if (answer.headers.length > limits.headers) {
    return yield* failure("response-header-limit", `${answer.headers.length} headers`)
  }
  if (headerBytes(answer.headers) > limits.headerBytes) {
    return yield* failure("response-headers-too-large", "too many bytes")
  }
  return answer
})

const answerOf = <R>(
  { args, function: member, interface: name }: Call,
  limits: Limits,
  host: (call: HostCall) => Effect.Effect<HostReply, ProtocolViolation, R>
) =>
  Effect.flatMap(
    Effect.forEach(args, (arg) => unpackOr(arg, limits, "protocol")),
    (unpacked) =>
      Effect.mapError(host({ interface: name, function: member, args: unpacked }), ({ detail }) =>
        failure("protocol", detail)
      )
  )

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
      const send = (message: ToGuest, most = Number.POSITIVE_INFINITY): void => {
        const text = JSON.stringify(message)
        const bytes = Buffer.byteLength(text)
        if (bytes > most) {
          finish(failure("host-reply-too-large", `a reply of ${bytes} bytes`))
          return
        }
        node.receive(onFrame)
        node.send(text)
      }
      const onReply = (exit: Exit.Exit<HostReply, ExecutionFailed>): void => {
        inFlight = null
        if (exit._tag === "Failure") {
          finish(Effect.failCause(exit.cause))
          return
        }
        try {
          send({ type: exit.value.type, value: pack(exit.value.value) }, limits.hostCallBytes)
        } catch (defect) {
          finish(Effect.die(defect))
        }
      }
      const answer = (call: Call): void => {
        const fiber = run(Effect.suspend(() => answerOf(call, limits, host)))
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
        else answer(message)
      }

      forget = node.onBroken((why) => finish(brokenGuest(node, why)))
      const packed = pack(request)
      onRun()
      send({
        type: "run",
        request: packed,
        responseBytes: limits.responseBodyBytes,
        headers: limits.headers,
        headerBytes: limits.headerBytes,
        hostCallBytes: limits.hostCallBytes
      })
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
  return yield* response(done.response, limits)
})
