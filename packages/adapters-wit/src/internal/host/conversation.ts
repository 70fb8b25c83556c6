import { readFile } from "node:fs/promises"
import { Effect, Fiber, Schema } from "effect"
import type { Component } from "../../Component.ts"
import { type ExecuteRequest, ExecuteResponse } from "../../Execute.ts"
import { ExecutionFailed, type ExecutionFailedReason } from "../../ExecutionFailed.ts"
import type { HostCall, HostReply, ProtocolViolation } from "../../HostCall.ts"
import { type Limits, memoryPages } from "../../Limits.ts"
import { headerBytes } from "../child/HeaderBytes.ts"
import type { FailReason } from "../child/Messages.ts"
import { pack, TooNested, unpack } from "../child/Wire.ts"
import { type Guest, type Received, receive, send } from "./Guest.ts"
import { logLine } from "./logLine.ts"
import { countInstance } from "./metrics.ts"

const fail = (reason: ExecutionFailedReason, detail: string) => Effect.fail(new ExecutionFailed({ reason, detail }))

const detailBytes = 2_048

const guestReasons = {
  trap: "trap",
  load: "crashed",
  "response-too-large": "response-too-large",
  "response-header-limit": "response-header-limit",
  "response-headers-too-large": "response-headers-too-large",
  "host-call-too-large": "host-call-too-large"
} as const satisfies Readonly<Record<FailReason, ExecutionFailedReason>>

const unexpected = ({ message }: Received) =>
  message.type === "fail"
    ? fail(guestReasons[message.reason], logLine(message.detail, detailBytes))
    : fail("protocol", `a message of type ${message.type} out of turn`)

/** Binds a fresh process to a component. `maxima` are the pages that each memory of each module may have. */
export const bind = Effect.fnUntraced(function* (
  guest: Guest,
  component: Component,
  maxima: ReadonlyArray<ReadonlyArray<number>>,
  limits: Limits
) {
  const files = yield* Effect.tryPromise({
    try: () =>
      Promise.all([component.glue, ...component.modules.map(({ path }) => path)].map((path) => readFile(path))),
    catch: (cause) =>
      new ExecutionFailed({ reason: "component-gone", detail: `the component cannot be read: ${cause}` })
  })
  yield* send(guest, {
    type: "load",
    imports: component.imports,
    modules: component.modules.map(({ name, memories, state }, i) => ({
      name,
      minima: memories.map(({ minimum }) => minimum),
      maxima: memories.map(({ maximum }, k) => Math.min(maxima[i]?.[k] ?? 0, maximum ?? Number.POSITIVE_INFINITY)),
      state
    })),
    pages: memoryPages(limits),
    unrestorable: component.unrestorable
  })
  for (const file of files) guest.node.send(file)
  const answer = yield* receive(guest)
  if (answer.message.type !== "loaded") return yield* unexpected(answer)
})

const unpackOr = (value: unknown, { nesting }: Limits, reason: ExecutionFailedReason) =>
  Effect.try({
    try: () => unpack(value, nesting),
    catch: (error) =>
      error instanceof TooNested
        ? new ExecutionFailed({ reason: "too-nested", detail: `more than ${nesting} levels` })
        : new ExecutionFailed({ reason, detail: "a value that cannot be read" })
  })

const decodeResponse = Schema.decodeUnknownEffect(ExecuteResponse)

const response = Effect.fnUntraced(function* (packed: unknown, limits: Limits) {
  const answer = yield* Effect.mapError(
    decodeResponse(yield* unpackOr(packed, limits, "response-invalid")),
    () => new ExecutionFailed({ reason: "response-invalid", detail: "not an HTTP response" })
  )
  if ((answer.body?.byteLength ?? 0) > limits.responseBodyBytes) {
    return yield* fail("response-too-large", `${answer.body?.byteLength} bytes`)
  }
  if (answer.headers.length > limits.headers) {
    return yield* fail("response-header-limit", `${answer.headers.length} headers`)
  }
  if (headerBytes(answer.headers) > limits.headerBytes)
    return yield* fail("response-headers-too-large", "too many bytes")
  return answer
})

/**
 * Runs a host call so that interrupting it does not wait for it: the execution's deadline holds even where the call is
 * in a part that cannot be interrupted. The call itself is interrupted as soon as it can be.
 */
const detached = <A, E, R>(call: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.uninterruptibleMask(
    Effect.fnUntraced(function* (restore) {
      const fiber = yield* Effect.forkDetach(call, { startImmediately: true })
      return yield* Effect.onInterrupt(restore(Fiber.join(fiber)), () => Effect.sync(() => fiber.interruptUnsafe()))
    })
  )

/** Runs one request on a bound process and answers its host calls, one after another, until the response. */
export const converse = Effect.fnUntraced(function* <R>(
  guest: Guest,
  request: ExecuteRequest,
  limits: Limits,
  host: (call: HostCall) => Effect.Effect<HostReply, ProtocolViolation, R>
): Effect.fn.Return<ExecuteResponse, ExecutionFailed, R> {
  yield* send(guest, {
    type: "run",
    request: pack(request),
    responseBytes: limits.responseBodyBytes,
    headers: limits.headers,
    headerBytes: limits.headerBytes,
    hostCallBytes: limits.hostCallBytes
  })
  for (let calls = 0; ; calls++) {
    const received = yield* receive(guest)
    const { message, bytes } = received
    if (message.type === "done") {
      guest.residentBytes = message.residentBytes
      yield* countInstance(message.obstacle)
      return yield* response(message.response, limits)
    }
    if (message.type !== "call") return yield* unexpected(received)
    if (calls >= limits.hostCalls) return yield* fail("host-call-limit", `more than ${limits.hostCalls} calls`)
    if (bytes > limits.hostCallBytes) return yield* fail("host-call-too-large", `a call of ${bytes} bytes`)
    const args = yield* Effect.forEach(message.args, (arg) => unpackOr(arg, limits, "protocol"))
    const reply = yield* Effect.mapError(
      detached(host({ interface: message.interface, function: message.function, args })),
      ({ detail }) => new ExecutionFailed({ reason: "protocol", detail })
    )
    const sent = yield* send(guest, { type: reply.type, value: pack(reply.value) })
    if (sent > limits.hostCallBytes) return yield* fail("host-reply-too-large", `a reply of ${sent} bytes`)
  }
})
