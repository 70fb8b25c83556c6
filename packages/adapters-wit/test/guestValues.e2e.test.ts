import { Buffer } from "node:buffer"
import { assert, describe, it, layer } from "@effect/vitest"
import { Effect } from "effect"
import { defaultLimits } from "../src/index.ts"
import { encode } from "../src/internal/child/Encoder.ts"
import { headerBytes } from "../src/internal/host/FrameReader.ts"
import { componentGuest, coreGuest } from "./support/Guests.ts"
import { callOf, doneWith, type Said, talk } from "./support/Replay.ts"
import { run, sandboxOf } from "./support/Run.ts"

const many = <A>(length: number, item: A): ReadonlyArray<A> => Array.from({ length }, () => item)
const deep = (levels: number): unknown => {
  let value: unknown = null
  for (let i = 0; i < levels; i++) value = [value]
  return value
}
const manyFields = Object.fromEntries(many(100_000, null).map((value, i) => [`field${i}`, value]))

const list = (input: unknown) => callOf("clients.listClients", input)
const fetch = (headers: number) =>
  callOf("http.fetch", { method: "GET", url: "/", headers: many(headers, { name: "a", value: "b" }), body: null })
const cutOff = (said: ReturnType<typeof list>): Said => Buffer.from(encode(said)).subarray(headerBytes, -1)
const good = doneWith({ status: 200, headers: [], body: null })

const protocol = { end: "protocol (null)", calls: 0 }
const answered = { end: "200", calls: 1 }
const tooMany = { end: "too-many-values (hostCallValues)", calls: 0 }

describe("A process that sends the host what costs much to take in", () => {
  it.live.each([
    { what: "a call", said: list({ search: "a" }), seen: answered },
    { what: "a field of a newer world without a value", said: list({ search: "a", newer: null }), seen: answered },
    {
      what: "a huge list in a field that the world does not have",
      said: list({ junk: many(400_000, []) }),
      seen: protocol
    },
    { what: "a deep list in a field that the world does not have", said: list({ junk: deep(2_000) }), seen: protocol },
    { what: "a deep list in a field of another type", said: list({ search: deep(2_000) }), seen: protocol },
    {
      what: "a deep list for all arguments",
      said: callOf("clients.listClients", ...many(1, deep(2_000))),
      seen: protocol
    },
    { what: "a record of many fields without values", said: list(manyFields), seen: protocol },
    { what: "many texts where one is due", said: list({ search: many(100_000, "a") }), seen: protocol },
    { what: "many arguments", said: callOf("clients.listClients", ...many(100_000, null)), seen: tooMany },
    { what: "many headers within the bound", said: fetch(3_000), seen: answered },
    { what: "many headers beyond the bound", said: fetch(4_000), seen: tooMany },
    { what: "a record in the shape of bytes", said: callOf("ui-proxy.callRoute", "/", { $b: 0 }), seen: protocol },
    { what: "a long text within the bound", said: callOf("logging.logInfo", "ä".repeat(2_000_000)), seen: answered },
    { what: "a call that is cut off", said: cutOff(list({ search: "a" })), seen: protocol }
  ])("is answered or ended before that is done: $what", ({ said, seen }) =>
    Effect.gen(function* () {
      assert.deepEqual(yield* talk([said, good], defaultLimits), seen)
    })
  )

  const header = { name: "a", value: "b" }
  const response = { status: 200, headers: [header], body: null }

  it.live.each([
    { what: "a response", value: response, end: "200" },
    { what: "a response of many records", value: many(1_000_000, {}), end: "response-invalid (null)" },
    { what: "a response of many fields", value: manyFields, end: "response-invalid (null)" },
    {
      what: "a huge list in a field of its own",
      value: { ...response, junk: many(1_000_000, {}) },
      end: "response-invalid (null)"
    },
    {
      what: "a million headers",
      value: { ...response, headers: many(1_000_000, {}) },
      end: "response-header-limit (headers)"
    },
    {
      what: "a header of megabytes",
      value: { ...response, headers: [{ name: "a", value: "b".repeat(10_000_000) }] },
      end: "response-headers-too-large (headerBytes)"
    },
    { what: "a deep list", value: deep(2_000), end: "response-invalid (null)" }
  ])("has its response taken or refused before that is done: $what", ({ end, value }) =>
    Effect.gen(function* () {
      assert.deepEqual(yield* talk([doneWith(value)], defaultLimits), { end, calls: 0 })
    })
  )

  const get = callOf("clients.getClient", "12345678")
  const callBytes = encode(get).byteLength - headerBytes
  const replyBytes = JSON.stringify({ type: "ok", value: null, parts: 0 }).length

  it.live("may make calls of so many values together, and not of one more", () =>
    Effect.gen(function* () {
      const limits = { ...defaultLimits, hostCallTotalValues: 400 }
      const ask = (headers: number) => talk([fetch(headers), fetch(headers), good], limits)
      assert.deepEqual(yield* ask(64), { end: "200", calls: 2 })
      const tooMany = "too-many-values-in-all (hostCallTotalValues)"
      assert.deepEqual(yield* ask(65), { end: tooMany, calls: 1 })
    })
  )

  it.live("may make calls of so many bytes together, replies and all, and not of one more", () =>
    Effect.gen(function* () {
      const total = 2 * (callBytes + replyBytes)
      const ended = (hostCallTotalBytes: number, messages: ReadonlyArray<Said>) =>
        talk(messages, { ...defaultLimits, hostCallTotalBytes })
      assert.deepEqual(yield* ended(total, [get, get, good]), { end: "200", calls: 2 })
      const tooLarge = "host-calls-too-large (hostCallTotalBytes)"
      assert.deepEqual(yield* ended(total - 1, [get, get, good]), { end: tooLarge, calls: 2 })
      assert.deepEqual(yield* ended(callBytes - 1, [get, good]), { end: tooLarge, calls: 0 })
    })
  )
})

layer(sandboxOf(), { excludeTestServices: true })("A component with a field of its own", (it) => {
  it.effect("that holds half a million lists is ended at its first call, and the next one works", () =>
    Effect.gen(function* () {
      const calls: Array<unknown> = []
      const host = (call: unknown) => Effect.sync(() => ({ type: "ok" as const, value: void calls.push(call) }))
      const ended = yield* Effect.flip(run(componentGuest("fat-host-calls"), { host }))
      assert.strictEqual("reason" in ended ? ended.reason : ended._tag, "protocol")
      assert.isEmpty(calls)
      assert.strictEqual((yield* run(coreGuest("ok"))).status, 200)
    })
  )
})
