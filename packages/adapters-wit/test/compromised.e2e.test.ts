import { readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { defaultLimits } from "../src/index.ts"
import { encode } from "../src/internal/child/Encoder.ts"
import { bind, prepare } from "../src/internal/host/binding.ts"
import { headerBytes } from "../src/internal/host/FrameReader.ts"
import { sha256 } from "../src/Sha256.ts"
import { callOf, doneWith, replaying, talk } from "./support/Replay.ts"

const getClient = (id: unknown) => callOf("clients.getClient", id)

const small = {
  ...defaultLimits,
  responseBodyBytes: 3,
  headers: 2,
  headerBytes: 8,
  hostCalls: 2,
  hostCallBytes: encode(getClient("12345678")).byteLength - headerBytes
}

const body = (text: string) => new Uint8Array(Buffer.from(text))
const response = (text: string, headers: ReadonlyArray<readonly [name: string, value: string]> = []) =>
  doneWith({ status: 200, headers: headers.map(([name, value]) => ({ name, value })), body: body(text) })

const good = response("123")

/** The hash of this file. */
const sum = await sha256(readFileSync(import.meta.filename))

describe("A process that its guest has taken over", () => {
  it.live.each([
    { says: "a body of the limit", messages: [response("123")], seen: "200" },
    { says: "a body beyond", messages: [response("1234")], seen: "response-too-large (responseBodyBytes)" },
    {
      says: "headers of both limits",
      messages: [
        response("", [
          ["ab", "12"],
          ["cd", "34"]
        ])
      ],
      seen: "200"
    },
    {
      says: "one more header",
      messages: [
        response("", [
          ["a", "1"],
          ["b", "2"],
          ["c", "3"]
        ])
      ],
      seen: "response-header-limit (headers)"
    },
    {
      says: "headers of more bytes",
      messages: [response("", [["abcd", "12345"]])],
      seen: "response-headers-too-large (headerBytes)"
    },
    { says: "something else for a response", messages: [doneWith(1n)], seen: "response-invalid (null)" },
    { says: "a call with something else for a text", messages: [getClient(1n), good], seen: "protocol (null)" },
    { says: "a call of the limit", messages: [getClient("12345678"), good], seen: "200" },
    {
      says: "a call of a byte more",
      messages: [getClient("123456789"), good],
      seen: "host-call-too-large (hostCallBytes)"
    },
    { says: "as many calls as it may", messages: [getClient("a"), getClient("b"), good], seen: "200" },
    {
      says: "one call more",
      messages: [getClient("a"), getClient("b"), getClient("c"), good],
      seen: "host-call-limit (hostCalls)"
    },
    { says: "that it is ready once more", messages: [{ type: "ready" } as const, good], seen: "protocol (null)" }
  ])("is held to what every guest is held to: $says", ({ messages, seen }) =>
    Effect.gen(function* () {
      assert.strictEqual((yield* talk(messages, small)).end, seen)
    })
  )

  const component = {
    hash: "",
    glue: import.meta.filename,
    glueSha256: sum,
    imports: [],
    modules: [],
    unrestorable: null
  }
  const file = {
    name: "guest.core.wasm",
    path: component.glue,
    sha256: component.glueSha256,
    memories: [],
    state: null
  }

  it.live.each([
    { says: "that it has loaded", message: { type: "loaded" } as const, seen: "bound" },
    { says: "that it is ready", message: { type: "ready" } as const, seen: "protocol" },
    { says: "that it cannot", message: { type: "fail", reason: "load", detail: "" } as const, seen: "crashed" }
  ])("is bound only where it says so, and not where it says $says", ({ message, seen }) =>
    Effect.gen(function* () {
      const guest = yield* replaying([message])
      const outcome = yield* Effect.match(bind(guest, component, [], defaultLimits, false), {
        onFailure: ({ reason }) => reason,
        onSuccess: () => "bound"
      })
      assert.deepEqual([outcome, guest.bound], [seen, seen === "bound"])
    })
  )

  it.live("is not ready for a request where it says something else", () =>
    Effect.gen(function* () {
      yield* prepare(yield* replaying([{ type: "ready" }]))
      const error = yield* Effect.flip(prepare(yield* replaying([{ type: "loaded" }])))
      assert.strictEqual(error.reason, "protocol")
    })
  )

  it.live("is bound to a component whose files are what intake wrote", () =>
    Effect.gen(function* () {
      const guest = yield* replaying([{ type: "loaded" }])
      yield* bind(guest, { ...component, modules: [file] }, [], defaultLimits, false)
      assert.isTrue(guest.bound)
    })
  )

  it.live.each([
    { what: "glue is gone", change: { glue: "/nowhere/glue.js" } },
    { what: "glue is another", change: { glueSha256: "0".repeat(64) } },
    { what: "module is gone", change: { modules: [{ ...file, path: "/nowhere/guest.core.wasm" }] } },
    { what: "module is another", change: { modules: [file, { ...file, sha256: "0".repeat(64) }] } }
  ])("is sent nothing of a component whose $what, which is then gone", ({ change }) =>
    Effect.gen(function* () {
      const guest = yield* replaying([{ type: "loaded" }])
      const sent: Array<unknown> = []
      const node = { ...guest.node, send: (body: Uint8Array | string) => sent.push(body) }
      const error = yield* Effect.flip(bind({ ...guest, node }, { ...component, ...change }, [], defaultLimits, false))
      assert.strictEqual(error.reason, "component-gone")
      assert.deepEqual([guest.bound, sent], [false, []])
    })
  )
})
