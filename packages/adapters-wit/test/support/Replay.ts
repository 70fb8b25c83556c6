import { fileURLToPath } from "node:url"
import { Effect } from "effect"
import { type HostCall, type HostReply, type Limits, ok } from "../../src/index.ts"
import { converse } from "../../src/internal/host/conversation.ts"
import { guestProgram } from "../../src/internal/host/Engine.ts"
import { frame } from "../../src/internal/host/FrameReader.ts"
import { receive, startGuest } from "../../src/internal/host/Guest.ts"
import { programText } from "../../src/internal/host/ProgramText.ts"
import { requestOf } from "./Run.ts"

const replay = fileURLToPath(new URL("../fixtures/child/Replay.ts", import.meta.url))
const root = fileURLToPath(new URL("../../", import.meta.url))

const framed = (message: unknown): string => frame(JSON.stringify(message)).toString("base64")

/** A process that is ready, and then says these messages whatever it is told, one after each frame from the host. */
export const replaying = Effect.fnUntraced(function* (messages: ReadonlyArray<unknown>) {
  const guest = yield* Effect.acquireRelease(
    Effect.sync(() =>
      startGuest({
        confinement: [],
        execPath: process.execPath,
        memoryPages: 1_024,
        heapMb: 64,
        frameBytes: 1_048_576,
        program: { ...guestProgram(), text: programText(replay, root) }
      })
    ),
    ({ node }) => node.end
  )
  guest.node.send(JSON.stringify([{ type: "ready" }, ...messages].map(framed)))
  yield* receive(guest)
  return guest
})

/** What comes of a request to a process that says these messages, and how many calls the host answered. */
export const talk = Effect.fnUntraced(function* (messages: ReadonlyArray<unknown>, limits: Limits) {
  const calls: Array<HostCall> = []
  const host = (asked: HostCall): Effect.Effect<HostReply> => Effect.sync(() => ok(void calls.push(asked)))
  const end = yield* Effect.match(converse(yield* replaying(messages), requestOf(), limits, host), {
    onFailure: ({ limit, reason }) => `${reason} (${limit})`,
    onSuccess: ({ status }) => String(status)
  })
  return { end, calls: calls.length }
}, Effect.scoped)

/** A call of a host function. */
export const callOf = (...args: ReadonlyArray<unknown>) => ({
  type: "call",
  interface: "alga:extension/clients",
  function: "listClients",
  args
})

/** The end of a request. */
export const doneWith = (response: unknown) => ({ type: "done", response, obstacle: null, residentBytes: 1 })
