import { Buffer } from "node:buffer"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { defaultLimits, ExecutionFailed, packageName } from "../src/index.ts"
import { encode } from "../src/internal/child/Encoder.ts"
import { headerBytes } from "../src/internal/host/FrameReader.ts"
import { guestMessage } from "../src/internal/host/GuestMessage.ts"
import { readCall, readResponse } from "../src/internal/host/guestValues.ts"

const bodyOf = (message: object): Buffer =>
  Buffer.from(encode(message as Parameters<typeof encode>[0])).subarray(headerBytes)

const done = (response: unknown, behind: Uint8Array = Buffer.alloc(0)) => {
  const frame = bodyOf({
    type: "done",
    response,
    obstacle: null,
    residentBytes: 1,
    memoryRefused: false,
    memoryBytes: 0
  })
  const message = guestMessage(Buffer.concat([frame, behind]))
  assert(message?.type === "done")
  return message.response
}

const call = (name: string, member: string, args: ReadonlyArray<unknown>) => {
  const message = guestMessage(bodyOf({ type: "call", interface: name, function: member, args }))
  assert(message?.type === "call")
  return message
}

const response = { status: 200, headers: [{ name: "a", value: " b " }], body: new Uint8Array(3) }
const limits = { ...defaultLimits, headers: 2, headerBytes: 1_024, responseBodyBytes: 3 }
const header = { name: "a", value: "b" }
const refused = (value: unknown, method = "GET", behind?: Buffer) =>
  Effect.map(Effect.flip(readResponse(done(value, behind), limits, method)), ({ detail, reason }) => [reason, detail])

describe("The response in a guest's message", () => {
  it.effect("is read as HTTP carries it", () =>
    Effect.gen(function* () {
      const carried = { status: 200, headers: [header], body: response.body }
      assert.deepEqual(yield* readResponse(done(response), limits, "GET"), carried)
      assert.deepEqual(yield* readResponse(done(response), limits, "HEAD"), { ...carried, body: null })
      const bare = { status: 200, headers: [], body: null }
      assert.deepEqual(yield* readResponse(done(bare), limits, "GET"), bare)
    })
  )

  it.effect("may have as many headers and bytes as the limits say, and not one more", () =>
    Effect.gen(function* () {
      const full = { ...response, headers: [header, header] }
      assert.lengthOf((yield* readResponse(done(full), limits, "GET")).headers, 2)
      assert.deepEqual(yield* refused({ ...full, headers: [header, header, header] }), [
        "response-header-limit",
        "3 headers"
      ])
      assert.deepEqual(yield* refused({ ...full, body: new Uint8Array(4) }), ["response-too-large", "4 bytes"])
      const long = (length: number) => ({ ...response, headers: [{ name: "a", value: "b".repeat(length) }] })
      assert.lengthOf((yield* readResponse(done(long(1_023)), limits, "GET")).headers, 1)
      assert.deepEqual(yield* refused(long(1_024)), ["response-headers-too-large", "too many bytes"])
    })
  )

  it.effect("is not read beyond three values a header and 64 others", () =>
    Effect.gen(function* () {
      // Record, status, list and body are four values; each header is three.
      const headers = (count: number) => ({ ...response, headers: Array.from({ length: count }, () => header) })
      assert.deepEqual(yield* refused(headers(22)), ["response-header-limit", "22 headers"])
      assert.deepEqual(yield* refused(headers(23)), ["response-header-limit", "too many headers"])
    })
  )

  it.effect.each([
    ["a control character", "x-a", "\u0001"],
    ["an escape sequence", "x-a", "\u001b[31m"],
    ["the delete character", "x-a", "a\u007f"],
    ["a line end", "x-a", "a\r\nx-b: c"],
    ["a nul", "x-a", "a\u0000"],
    ["a letter beyond Latin-1", "x-a", "✓"],
    ["an override of the writing direction", "x-a", "\u202e"],
    ["a letter beyond the basic plane", "x-a", "😀"],
    ["a name that is an object's prototype", "__proto__", "a"],
    ["that name in capitals", "__PROTO__", "a"],
    ["an empty name", "", "a"],
    ["a name with a space", "x a", "b"],
    ["a name with a colon", "x:a", "b"],
    ["a name beyond ASCII", "x-ü", "b"],
    ["a name of HTTP/2's own", ":status", "200"],
    ["a line end in what would be left out", "connection", "a\r\nb"]
  ] as const)("is refused where a header has %s", ([, name, value]) =>
    Effect.gen(function* () {
      const broken = { ...response, headers: [{ name, value }] }
      assert.deepEqual(yield* refused(broken), ["response-invalid", "not an HTTP response"])
    })
  )

  it.effect.each([0, 100, 101, 103, 199, 600, 65_535])("is refused where its status is %i", (status) =>
    Effect.gen(function* () {
      assert.deepEqual(yield* refused({ ...response, status }), ["response-invalid", "not an HTTP response"])
    })
  )

  it.effect("is refused without a body or with two cookies, the same or not", () =>
    Effect.gen(function* () {
      assert.deepEqual((yield* refused({ status: 200, headers: [] }))[0], "response-invalid")
      for (const [name, value] of [
        ["set-cookie", "a=1"],
        ["Set-Cookie", "b=2"]
      ] as const) {
        const headers = [
          { name: "set-cookie", value: "a=1" },
          { name, value }
        ]
        const why = ["response-invalid", "more than one set-cookie"]
        assert.deepEqual(yield* refused({ ...response, headers }), why)
      }
    })
  )

  it.effect("is refused where it is of another type, or not the end of its message", () =>
    Effect.gen(function* () {
      assert.deepEqual(yield* refused("a"), ["response-invalid", "a value of another type"])
      assert.deepEqual(yield* refused({ ...response, status: "200" }), ["response-invalid", "a value of another type"])
      assert.deepEqual(yield* refused(response, "GET", Buffer.of(0)), ["response-invalid", "bytes behind the end"])
      const [reason, detail] = yield* refused({ ...response, ["é".repeat(60)]: "\u001b" })
      assert.strictEqual(reason, "response-invalid")
      assert.isAtMost(Buffer.byteLength(detail ?? ""), 500)
    })
  )

  it.effect("dies, and is not the guest's fault, where reading it fails in the host", () =>
    Effect.gen(function* () {
      const reader = done(response)
      reader.bound = () => {
        throw new Error("a fault of ours")
      }
      const defect = yield* Effect.catchDefect(readResponse(reader, limits, "GET"), Effect.succeed)
      assert.deepEqual(defect, new Error("a fault of ours"))
    })
  )
})

describe("A guest's host call", () => {
  const storage = `${packageName}/storage`
  const get = call(storage, "get", ["n", "k"])
  const of = (limit: Partial<typeof limits>, left = 1_000_000) => {
    const read = readCall(call(storage, "get", ["n", "k"]), { ...limits, ...limit }, left)
    return read instanceof ExecutionFailed ? [read.reason, read.detail] : read
  }

  it("is read as the world's types are, with the number of its values", () => {
    assert.deepEqual(of({}), { call: { interface: get.interface, function: "get", args: ["n", "k"] }, values: 3 })
  })

  it("may take the values that its limit lets it, and not one more", () => {
    assert.propertyVal(of({ hostCallValues: 3 }), "values", 3)
    assert.deepEqual(of({ hostCallValues: 2 }), ["too-many-values", "more than 2 values"])
  })

  it("may take the values that are left to the execution, and not one more", () => {
    assert.propertyVal(of({}, 3), "values", 3)
    assert.deepEqual(of({ hostCallTotalValues: 9 }, 2), ["too-many-values-in-all", "more than 9 values"])
    assert.deepEqual(of({ hostCallValues: 2, hostCallTotalValues: 9 }, 2), ["too-many-values", "more than 2 values"])
  })

  it("may have as much text as its limit lets it, and not more", () => {
    assert.propertyVal(of({ hostCallBytes: 2 }), "values", 3)
    assert.deepEqual(of({ hostCallBytes: 1 }), ["protocol", "more text than the limit"])
  })

  it.each([
    ["of another type", storage, "get", [1, 2], "a value of another type"],
    ["too few", storage, "get", ["n"], "another number of values"],
    ["of a function that is not there", storage, "steal", [], "a function that the world does not have"],
    ["of an interface that is not there", "storage", "get", ["n", "k"], "a function that the world does not have"],
    ["of a name of all objects", storage, "constructor", [], "a function that the world does not have"],
    ["of an interface of all objects", `${packageName}/__proto__`, "get", [], "a function that the world does not have"]
  ])("breaks the protocol where its arguments are %s", (_, name, member, args, detail) => {
    const read = readCall(call(name, member, args), limits, 1_000)
    assert(read instanceof ExecutionFailed)
    assert.deepEqual([read.reason, read.detail], ["protocol", detail])
  })

  it("breaks nothing, and is not the guest's fault, where reading it fails in the host", () => {
    const broken = call(storage, "get", ["n", "k"])
    broken.args.bound = () => {
      throw new Error("a fault of ours")
    }
    assert.throws(() => readCall(broken, limits, 1_000), "a fault of ours")
  })
})
