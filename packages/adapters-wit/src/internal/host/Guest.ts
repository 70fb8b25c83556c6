import { Buffer } from "node:buffer"
import { Effect, Schema } from "effect"
import { ExecutionFailed } from "../../ExecutionFailed.ts"
import { failReasons, type ToGuest } from "../child/Messages.ts"
import { logLine } from "./logLine.ts"
import { type Broken, type RestrictedNode, type RestrictedNodeOptions, start } from "./RestrictedNode.ts"

const Message = Schema.Union([
  Schema.Struct({ type: Schema.Literal("ready") }),
  Schema.Struct({ type: Schema.Literal("loaded") }),
  Schema.Struct({
    type: Schema.Literal("call"),
    interface: Schema.String,
    function: Schema.String,
    args: Schema.Array(Schema.Unknown)
  }),
  Schema.Struct({
    type: Schema.Literal("done"),
    response: Schema.Unknown,
    obstacle: Schema.NullOr(Schema.String),
    residentBytes: Schema.Number
  }),
  Schema.Struct({
    type: Schema.Literal("fail"),
    reason: Schema.Literals(failReasons),
    detail: Schema.String
  })
])

/** A message of a guest and its size on the pipe. Its shape is checked; what it carries is not. */
export interface Received {
  readonly message: typeof Message.Type
  readonly bytes: number
}

/** A sandbox process. Once bound to a key it serves that key alone. */
export interface Guest {
  readonly node: RestrictedNode
  /** Whether it has loaded the component that it serves. */
  bound: boolean
  /** Null while it is a spare. */
  key: string | null
  idleSince: number
  /** Requests that it answered. */
  served: number
  /** What it said of its own size when it was asked last, in bytes. */
  residentBytes: number
}

const decode = Schema.decodeUnknownEffect(Schema.fromJsonString(Message))

const detailBytes = 2_048

const failures = {
  exited: "crashed",
  "frame-too-large": "protocol",
  "unexpected-frame": "protocol",
  "cpu-limit": "cpu-limit",
  "not-started": "unavailable"
} as const

const failed = (node: RestrictedNode) => (broken: Broken) =>
  new ExecutionFailed({
    reason: failures[broken.reason],
    detail: logLine([broken.detail, node.errorOutput()].filter(Boolean).join("; "), detailBytes)
  })

/** Sends a message; gives its size on the pipe in bytes. */
export const send = (guest: Guest, message: ToGuest): Effect.Effect<number> =>
  Effect.sync(() => {
    const body = Buffer.from(JSON.stringify(message))
    guest.node.send(body)
    return body.byteLength
  })

/** Waits for the guest's next message. */
export const receive = Effect.fnUntraced(function* (guest: Guest): Effect.fn.Return<Received, ExecutionFailed> {
  const body = yield* Effect.mapError(guest.node.next, failed(guest.node))
  const message = yield* Effect.mapError(
    decode(body.toString("utf8")),
    () => new ExecutionFailed({ reason: "protocol", detail: "a message that the guest's program never sends" })
  )
  return { message, bytes: body.byteLength }
})

/** Fails once the guest's process is gone. */
export const gone = (guest: Guest): Effect.Effect<never, ExecutionFailed> =>
  Effect.mapError(guest.node.closed, failed(guest.node))

/** Starts a process that is not bound to anything, and does not wait for it. */
export const startGuest = (options: RestrictedNodeOptions): Guest => ({
  node: start(options),
  bound: false,
  key: null,
  idleSince: 0,
  served: 0,
  residentBytes: 0
})
