import { Buffer } from "node:buffer"
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import type { ExecuteResponse, ExecutionFailed } from "../src/index.ts"
import { componentGuest } from "./support/Guests.ts"
import { run, sandboxOf } from "./support/Run.ts"

type Header = readonly [name: string, value: string]

const base = 65_536
const size = 4_096

/** A response as it lies in a guest's memory from 65536 on: status, headers, body. */
const inMemory = (status: number, headers: ReadonlyArray<Header>, body: string | null): Uint8Array => {
  const memory = Buffer.alloc(size)
  let free = 64
  const put = (bytes: Uint8Array): readonly [number, number] => {
    memory.set(bytes, free)
    free += bytes.byteLength
    return [base + free - bytes.byteLength, bytes.byteLength]
  }
  const texts = headers.flat().map((text) => put(Buffer.from(text)))
  const bytes = body === null ? null : put(Buffer.from(body))
  free = (free + 3) & ~3
  const list = free
  for (const [at, length] of texts) {
    free = memory.writeUInt32LE(at, free)
    free = memory.writeUInt32LE(length, free)
  }
  memory.writeUInt16LE(status, 0)
  memory.writeUInt32LE(base + list, 4)
  memory.writeUInt32LE(headers.length, 8)
  if (bytes !== null) {
    memory.writeUInt8(1, 12)
    memory.writeUInt32LE(bytes[0], 16)
    memory.writeUInt32LE(bytes[1], 20)
  }
  return memory
}

/** What the caller of a guest that answers so gets, or why it gets nothing. */
const answered = (status: number, headers: ReadonlyArray<Header>, body: string | null = null, method = "POST") =>
  Effect.match(run(componentGuest("any-response"), { body: inMemory(status, headers, body), method }), {
    onFailure: (error) => (error as ExecutionFailed).reason as string,
    onSuccess: (response: ExecuteResponse) => ({
      status: response.status,
      headers: response.headers.map(({ name, value }) => [name, value]),
      body: response.body === null ? null : Buffer.from(response.body).toString()
    })
  })

/** What HTTP cannot carry is in the tests of `guestValues`; here is one of each kind. */
const invalid: ReadonlyArray<readonly [what: string, status: number, headers: ReadonlyArray<Header>]> = [
  ["a line end in a value", 200, [["x-a", "a\r\nx-b: c"]]],
  ["a letter beyond Latin-1 in a value", 200, [["x-a", "✓"]]],
  ["a name that is an object's prototype", 200, [["__proto__", "a"]]],
  [
    "two cookies",
    200,
    [
      ["set-cookie", "a=1"],
      ["Set-Cookie", "b=2"]
    ]
  ],
  ["status 101", 101, []],
  ["status 65535", 65_535, []]
]

layer(sandboxOf(), { excludeTestServices: true })("The response of a guest", (it) => {
  it.effect.each(invalid)("that has %s is refused", ([, status, headers]) =>
    Effect.gen(function* () {
      assert.strictEqual(yield* answered(status, headers), "response-invalid")
    })
  )

  it.effect.each([200, 201, 299, 302, 400, 404, 418, 500, 599])("of status %s goes on as it is", (status) =>
    Effect.gen(function* () {
      const headers: ReadonlyArray<Header> = [
        ["Content-Type", "text/plain; charset=utf-8"],
        ["set-cookie", "a=1; Path=/"],
        ["x-a", "one\ttwo"],
        ["x-a", "caf\u00e9 \u0080\u00ff"],
        ["constructor", ""]
      ]
      assert.deepEqual(yield* answered(status, headers, "text"), { status, headers, body: "text" } as never)
    })
  )

  it.effect("loses what is about a connection or the length of a message, whatever the case, and nothing else", () =>
    Effect.gen(function* () {
      const names = ["Connection", "content-length", "Keep-Alive", "proxy-authenticate", "Proxy-Authorization"]
      const more = ["proxy-connection", "TE", "trailer", "Transfer-Encoding", "upgrade"]
      const headers = [...names, ...more].map((name): Header => [name, "5"])
      const kept: ReadonlyArray<Header> = [
        ["content-encoding", "identity"],
        ["date", "today"]
      ]
      const seen = yield* answered(200, [...headers, ...kept], "text")
      assert.deepEqual(seen, { status: 200, headers: kept, body: "text" } as never)
    })
  )

  it.effect("loses the spaces around a value, as on the way to its reader", () =>
    Effect.gen(function* () {
      const seen = yield* answered(200, [
        ["x-a", " \t one two \t"],
        ["x-b", "   "],
        ["x-c", "\u00a0kept\u00a0"]
      ])
      const headers = [
        ["x-a", "one two"],
        ["x-b", ""],
        ["x-c", "\u00a0kept\u00a0"]
      ]
      assert.deepEqual(seen, { status: 200, headers, body: null } as never)
    })
  )

  it.effect.each([
    { status: 204, method: "POST", body: null },
    { status: 205, method: "POST", body: null },
    { status: 304, method: "GET", body: null },
    { status: 200, method: "HEAD", body: null },
    { status: 200, method: "head", body: null },
    { status: 200, method: "GET", body: "text" },
    { status: 206, method: "GET", body: "text" },
    { status: 303, method: "GET", body: "text" }
  ])("of status $status to $method has the body $body where the handler gave one", ({ body, method, status }) =>
    Effect.gen(function* () {
      assert.deepEqual(yield* answered(status, [], "text", method), { status, headers: [], body } as never)
    })
  )
})
