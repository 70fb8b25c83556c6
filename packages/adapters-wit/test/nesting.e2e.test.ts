import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { defaultLimits, type HostCall, ok } from "../src/index.ts"
import { converse } from "../src/internal/host/conversation.ts"
import { guestProgram } from "../src/internal/host/Engine.ts"
import { frame } from "../src/internal/host/FrameReader.ts"
import { receive, startGuest } from "../src/internal/host/Guest.ts"
import { programText } from "../src/internal/host/ProgramText.ts"
import { requestOf } from "./support/Run.ts"

const replay = fileURLToPath(new URL("./fixtures/child/Replay.ts", import.meta.url))
const root = fileURLToPath(new URL("../", import.meta.url))

const framed = (message: unknown): string => frame(JSON.stringify(message)).toString("base64")

const nested = (levels: number): unknown => JSON.parse(`${"[".repeat(levels)}${"]".repeat(levels)}`)

/** What comes of a process that calls the host with one value and answers with another. */
const talk = Effect.fnUntraced(function* (arg: unknown, response: unknown) {
  const calls: Array<HostCall> = []
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
  const call = { type: "call", interface: "alga:extension/clients", function: "listClients", args: [arg] }
  const done = { type: "done", response, obstacle: null, residentBytes: 1 }
  guest.node.send(JSON.stringify([framed({ type: "ready" }), framed(call), framed(done)]))
  yield* receive(guest)
  const host = (asked: HostCall) => Effect.sync(() => ok(void calls.push(asked)))
  const end = yield* Effect.match(converse(guest, requestOf(), { ...defaultLimits, nesting: 8 }, host), {
    onFailure: ({ limit, reason }) => `${reason} (${limit})`,
    onSuccess: ({ status }) => String(status)
  })
  return { end, calls: calls.length }
}, Effect.scoped)

const good = { status: 200, headers: [], body: null }

describe("What a process sends that is no component's any more", () => {
  it.live.each([
    { what: "a call nested as deep as the limit", arg: nested(8), response: good, seen: { end: "200", calls: 1 } },
    {
      what: "a call nested deeper",
      arg: nested(9),
      response: good,
      seen: { end: "too-nested (nesting)", calls: 0 }
    },
    {
      what: "a response nested as deep as the limit, which is none of the world's",
      arg: null,
      response: nested(8),
      seen: { end: "response-invalid (null)", calls: 1 }
    },
    {
      what: "a response nested deeper",
      arg: null,
      response: nested(9),
      seen: { end: "too-nested (nesting)", calls: 1 }
    }
  ])("ends as it must for $what", ({ arg, response, seen }) =>
    Effect.gen(function* () {
      assert.deepEqual(yield* talk(arg, response), seen)
    })
  )
})
