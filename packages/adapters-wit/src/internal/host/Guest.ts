import type { Buffer } from "node:buffer"
import { Effect } from "effect"
import { ExecutionFailed } from "../../ExecutionFailed.ts"
import type { ToGuest } from "../child/Messages.ts"
import { type GuestMessage, guestMessage } from "./GuestMessage.ts"
import { type Installs, makeInstalls } from "./Installs.ts"
import { logLine } from "./logLine.ts"
import { processMemory } from "./processMemory.ts"
import { type Broken, type RestrictedNode, type RestrictedNodeOptions, start } from "./RestrictedNode.ts"

/** What a process counts as until it has answered, in bytes: as much as one with a component of QuickJS has for itself. */
export const typicalBytes = 67_108_864

/** A sandbox process. Once bound to a key it serves that key alone. */
export interface Guest {
  readonly node: RestrictedNode
  /** The installs that it served lately. */
  readonly installs: Installs
  /** Whether it has loaded the component that it serves. */
  bound: boolean
  /** Null while it is a spare. */
  key: string | null
  /** Whether it waits for the first install of the component that it has loaded. */
  loaded: boolean
  idleSince: number
  /** Requests that it answered. */
  served: number
  /** What it said of its own size when it was asked last, in bytes. */
  residentBytes: number
  /** What it has of files, which it shares with others, in bytes. */
  fileBytes: number
  /** What it has for itself, in bytes, as far as is known; see {@link ownBytesOf}. */
  ownBytes: number
  /** Whether it has worked since the system was asked what it has. */
  hasWorked: boolean
}

const detailBytes = 2_048

const failures = {
  exited: "crashed",
  "frame-too-large": "protocol",
  "unexpected-frame": "protocol",
  "cpu-limit": "cpu-limit",
  "out-of-memory": "memory-limit",
  "not-started": "unavailable"
} as const

/** What an execution fails with when its process breaks. */
export const brokenGuest = (node: RestrictedNode, { detail, reason }: Broken): ExecutionFailed =>
  new ExecutionFailed({
    reason: failures[reason],
    detail: logLine([detail, node.errorOutput()].filter(Boolean).join("; "), detailBytes)
  })

const unknownMessage = new ExecutionFailed({
  reason: "protocol",
  detail: "a message that the guest's program never sends"
})

/** Reads a frame of the guest's. */
export const messageIn = (body: Buffer): GuestMessage | ExecutionFailed => guestMessage(body) ?? unknownMessage

/** Sends a message. */
export const send = (guest: Guest, message: ToGuest): Effect.Effect<void> =>
  Effect.sync(() => {
    guest.node.send(JSON.stringify(message))
  })

/** Waits for the guest's next message. */
export const receive = Effect.fnUntraced(function* (guest: Guest): Effect.fn.Return<GuestMessage, ExecutionFailed> {
  const body = yield* Effect.mapError(guest.node.next, (broken) => brokenGuest(guest.node, broken))
  const message = messageIn(body)
  return message instanceof ExecutionFailed ? yield* message : message
})

const leastOwnBytes = 16_777_216

/** Notes what a process says of its size: what it has of files is not its own. A number that it repeats is no news. */
export const noteSize = (guest: Guest, residentBytes: number): void => {
  if (residentBytes === guest.residentBytes) return
  guest.residentBytes = residentBytes
  guest.ownBytes = Math.max(leastOwnBytes, residentBytes - guest.fileBytes)
}

/** What a process has for itself, in bytes. The system is asked once after work has ended, and only where somebody must know. */
export const ownBytesOf = (guest: Guest): number => {
  if (guest.hasWorked) guest.ownBytes = processMemory(guest.node.pid)?.own ?? guest.ownBytes
  guest.hasWorked = false
  return guest.ownBytes
}

/** Starts a process that is not bound to anything, and does not wait for it. */
export const startGuest = (options: RestrictedNodeOptions): Guest => ({
  node: start(options),
  installs: makeInstalls(),
  bound: false,
  key: null,
  loaded: false,
  idleSince: 0,
  served: 0,
  residentBytes: 0,
  fileBytes: 0,
  ownBytes: typicalBytes,
  hasWorked: false
})
