import { Buffer } from "node:buffer"
import { Effect, type Exit, type Fiber } from "effect"
import type { ExecuteRequest, ExecuteResponse } from "../../Execute.ts"
import { ExecutionFailed, type ExecutionFailedReason } from "../../ExecutionFailed.ts"
import type { HostCall, HostReply, ProtocolViolation } from "../../HostCall.ts"
import { type Limits, memoryPages } from "../../Limits.ts"
import { MemoryUse } from "../../MemoryUse.ts"
import type { ToGuest } from "../child/Messages.ts"
import { pack } from "../child/Wire.ts"
import { brokenGuest, type Guest, messageIn, noteSize } from "./Guest.ts"
import type { GuestMessage } from "./GuestMessage.ts"
import { unexpected } from "./guestFailures.ts"
import { readCall, readResponse } from "./guestValues.ts"
import { countInstance, countMemoryRefused } from "./metrics.ts"

const pageBytes = 65_536

type Done = Extract<GuestMessage, { readonly type: "done" }>

const failure = (reason: ExecutionFailedReason, detail: string) => new ExecutionFailed({ reason, detail })

/**
 * Sends a request and answers the guest's host calls, one after another, until it is done. Frames are handled as they
 * come and a call that needs to wait for nothing is answered at once: on this way every microsecond counts.
 *
 * Whoever interrupts this does not wait for the host call in flight; it is interrupted as soon as it can be, like when the
 * process breaks.
 */
const untilDone = <R>(
  guest: Guest,
  install: string,
  request: ExecuteRequest,
  limits: Limits,
  host: (call: HostCall) => Effect.Effect<HostReply, ProtocolViolation, R>,
  onRun: (begins: boolean) => void
): Effect.Effect<Done, ExecutionFailed, R> =>
  Effect.contextWith((context) =>
    Effect.callback<Done, ExecutionFailed, R>((resume) => {
      const run = Effect.runForkWith(context)
      const { node } = guest
      let calls = 0
      let totalBytes = 0
      let totalValues = 0
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
          const read = readCall(message, limits, limits.hostCallTotalValues - totalValues)
          if (read instanceof ExecutionFailed) finish(read)
          else {
            totalValues += read.values
            answer(read.call)
          }
        }
      }

      // The guest's program hands a request to its handler once it has read the whole of it.
      const wasRead = (): boolean => calls > 0 || !node.refusedInput()
      forget = node.onBroken((why) => {
        if (!wasRead()) onRun(false)
        finish(brokenGuest(node, why))
      })
      if (!node.isOpen()) return
      const parts: Array<Uint8Array> = []
      const packed = pack(request, parts)
      node.forgetErrors()
      onRun(true)
      node.receive(onFrame)
      node.send(
        JSON.stringify({
          type: "run",
          install: guest.installs.numberOf(install),
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

/**
 * Runs one request of an install on a bound process. `onRun` hears of the moment at which the guest gets it, and hears `false`
 * where the process surely ended before it had read the request.
 */
export const converse = Effect.fnUntraced(function* <R>(
  guest: Guest,
  install: string,
  request: ExecuteRequest,
  limits: Limits,
  host: (call: HostCall) => Effect.Effect<HostReply, ProtocolViolation, R>,
  onRun: (begins: boolean) => void = () => {}
): Effect.fn.Return<ExecuteResponse, ExecutionFailed, R> {
  const done = yield* untilDone(guest, install, request, limits, host, onRun)
  noteSize(guest, done.residentBytes)
  yield* countInstance(done.obstacle ?? "restored")
  if (done.memoryRefused) yield* countMemoryRefused
  const heard = yield* MemoryUse
  heard(Math.min(done.memoryBytes, memoryPages(limits) * pageBytes))
  return yield* readResponse(done.response, limits, request.http.method)
})
