import { fileURLToPath } from "node:url"
import { Effect } from "effect"
import { type HostCall, type HostReply, type Limits, ok } from "../../src/index.ts"
import { encode } from "../../src/internal/child/Encoder.ts"
import type { FromGuest } from "../../src/internal/child/Messages.ts"
import { converse } from "../../src/internal/host/conversation.ts"
import { guestProgram } from "../../src/internal/host/Engine.ts"
import { frame } from "../../src/internal/host/FrameReader.ts"
import { receive, startGuest } from "../../src/internal/host/Guest.ts"
import { programText } from "../../src/internal/host/ProgramText.ts"
import { requestOf } from "./Run.ts"

const replay = fileURLToPath(new URL("../fixtures/child/Replay.ts", import.meta.url))
const root = fileURLToPath(new URL("../../", import.meta.url))

/** A message as our program sends it, or the body of a frame that it does not send. */
export type Said = FromGuest | Uint8Array

const framed = (said: Said): string => (said instanceof Uint8Array ? frame(said) : encode(said)).toString("base64")

/** A process that is ready, and then says these messages whatever it is told, one after each frame from the host. */
export const replaying = Effect.fnUntraced(function* (messages: ReadonlyArray<Said>) {
  const guest = yield* Effect.acquireRelease(
    Effect.sync(() =>
      startGuest({
        confinement: [],
        execPath: process.execPath,
        memoryPages: 1_024,
        heapMb: 64,
        frameBytes: 16_777_216,
        program: { ...guestProgram(), text: programText(replay, root) }
      })
    ),
    ({ node }) => node.end
  )
  guest.node.send(JSON.stringify([{ type: "ready" } as const, ...messages].map(framed)))
  yield* receive(guest)
  return guest
})

/** What comes of a request to a process that says these messages, and how many calls the host answered. */
export const talk = Effect.fnUntraced(function* (messages: ReadonlyArray<Said>, limits: Limits) {
  const calls: Array<HostCall> = []
  const host = (asked: HostCall): Effect.Effect<HostReply> => Effect.sync(() => ok(void calls.push(asked)))
  const end = yield* Effect.match(converse(yield* replaying(messages), "install", requestOf(), limits, host), {
    onFailure: ({ limit, reason }) => `${reason} (${limit})`,
    onSuccess: ({ status }) => String(status)
  })
  return { end, calls: calls.length }
}, Effect.scoped)

/** A call of a host function, such as `clients.getClient`. */
export const callOf = (name: string, ...args: ReadonlyArray<unknown>): FromGuest => {
  const [of = "", member = ""] = name.split(".")
  return { type: "call", interface: `alga:extension/${of}`, function: member, args }
}

/** The end of a request. */
export const doneWith = (response: unknown): FromGuest => ({
  type: "done",
  response,
  obstacle: null,
  residentBytes: 1,
  memoryRefused: false,
  memoryBytes: 0
})
