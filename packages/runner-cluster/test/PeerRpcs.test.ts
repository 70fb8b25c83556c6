import { adminCase, executeBody } from "@alga-psa/ext-development-host/DemoCase"
import { ExecuteRequest } from "@alga-psa/ext-runner/ExecuteRequest"
import { assert, describe, it } from "@effect/vitest"
import { Exit, Schema } from "effect"
import { peerLines } from "../src/PeerLines.ts"
import { PeerRequest, PeerResponse } from "../src/PeerRpcs.ts"

const executeRequest = Schema.decodeUnknownSync(ExecuteRequest)(executeBody(adminCase, "0".repeat(64)))

const isResponse = (text: string) => Schema.is(PeerResponse)(JSON.parse(text))

const overTheLine = <T, E>(schema: Schema.Codec<T, E>, value: T): T => {
  const codec = Schema.toCodecJson(schema)
  const { decode, encode } = peerLines(100_000).makeUnsafe()
  const [read] = decode(Buffer.from(encode(Schema.encodeUnknownSync(codec)(value)) ?? ""))
  return Schema.decodeUnknownSync(codec)(read) as T
}

describe("Bodies between runners", () => {
  it("go as bytes, and are what they were", () => {
    const http = { ...executeRequest.http, body_b64: Buffer.from([0, 10, 255]) }
    const request = { ...executeRequest, http }
    assert.deepStrictEqual(overTheLine(PeerRequest, request).http.body_b64, new Uint8Array([0, 10, 255]))
    const answer = { status: 200, headers: {}, body_b64: "AAr/" }
    assert.deepStrictEqual(overTheLine(PeerResponse, answer), answer)
    assert.deepStrictEqual(overTheLine(PeerResponse, { status: 204, headers: {} }), { status: 204, headers: {} })
  })

  it("are never read from a text", () => {
    const read = (body_b64: unknown) =>
      Schema.decodeUnknownExit(Schema.toCodecJson(PeerResponse))({ status: 200, headers: {}, body_b64 })
    assert.isTrue(Exit.isSuccess(read(new Uint8Array([1]))))
    assert.isTrue(Exit.isFailure(read("AA==")))
    assert.isTrue(Exit.isFailure(read({ 0: 1 })))
  })
})

describe("An answer of another runner", () => {
  it.each([
    '{"status":200,"headers":{}}',
    '{"status":599,"headers":{"content-type":"text/plain","x-a":"caf\u00e9"},"body_b64":"AA=="}'
  ])("is taken: %s", (text) => {
    assert.isTrue(isResponse(text))
  })

  it.each([
    '{"status":999999,"headers":{}}',
    '{"status":101,"headers":{}}',
    '{"status":200.5,"headers":{}}',
    '{"status":200,"headers":{"a\\r\\nb":"c"}}',
    '{"status":200,"headers":{"a":"b\\r\\nc"}}',
    '{"status":200,"headers":{"a":"\\u001b[2J"}}',
    '{"status":200,"headers":{"a":"\\u2713"}}',
    '{"status":200,"headers":{"__proto__":"a"}}',
    '{"status":200,"headers":{"":"a"}}',
    '{"status":200,"headers":{"transfer-encoding":"chunked"}}',
    '{"status":200,"headers":{"Content-Length":"5"}}',
    '{"status":200,"headers":{"a":["b"]}}'
  ])("is none that goes to a caller: %s", (text) => {
    assert.isFalse(isResponse(text))
  })
})
