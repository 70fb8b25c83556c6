import { Buffer } from "node:buffer"
import { Effect, Exit, Schema, Scope } from "effect"
import { ExecutionFailed } from "../../ExecutionFailed.ts"
import type { ToGuest } from "../child/Messages.ts"
import { type Broken, open, type RestrictedNode, type RestrictedNodeOptions } from "./RestrictedNode.ts"

const Message = Schema.Union([
  Schema.Struct({ type: Schema.Literal("ready") }),
  Schema.Struct({ type: Schema.Literal("loaded") }),
  Schema.Struct({
    type: Schema.Literal("call"),
    interface: Schema.String,
    function: Schema.String,
    args: Schema.Array(Schema.Unknown)
  }),
  Schema.Struct({ type: Schema.Literal("done"), response: Schema.Unknown }),
  Schema.Struct({
    type: Schema.Literal("fail"),
    reason: Schema.Literals(["trap", "response-too-large", "host-call-too-large", "load"]),
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
  /** Ends the process now and waits until it is gone. */
  readonly close: Effect.Effect<void>
}

const decode = Schema.decodeUnknownEffect(Schema.fromJsonString(Message))

const failures = {
  exited: "crashed",
  "frame-too-large": "protocol",
  "unexpected-frame": "protocol",
  "not-started": "unavailable"
} as const

const failed = (node: RestrictedNode) => (broken: Broken) =>
  new ExecutionFailed({
    reason: failures[broken.reason],
    detail: [broken.detail, node.errorOutput()].filter(Boolean).join("; ")
  })

/** Sends a message; gives its size on the pipe in bytes. */
export const send = (guest: Guest, message: ToGuest): Effect.Effect<number> =>
  Effect.sync(() => {
    const body = Buffer.from(JSON.stringify(message))
    guest.node.send(body)
    return body.byteLength
  })

/** Waits for the guest's next message. */
export const receive = Effect.fnUntraced(function* (
  guest: Pick<Guest, "node">
): Effect.fn.Return<Received, ExecutionFailed> {
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

/** Makes a part of an uninterruptible effect interruptible again. */
export type Restore = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>

/**
 * Starts a process that is not bound to anything. Must run uninterruptibly; only the wait for the process is restored.
 * Interrupting or failing leaves no process behind.
 */
export const startGuest = Effect.fnUntraced(function* (
  options: RestrictedNodeOptions,
  restore: Restore
): Effect.fn.Return<Guest, ExecutionFailed> {
  const scope = yield* Scope.make()
  const close = Scope.close(scope, Exit.void)
  const node = yield* Scope.provide(open(options), scope)
  yield* Effect.onError(restore(receive({ node })), () => close)
  return { node, bound: false, key: null, idleSince: 0, close }
})
