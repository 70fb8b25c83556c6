import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { PeerResponse } from "../src/PeerRpcs.ts"

const isResponse = (text: string) => Schema.is(PeerResponse)(JSON.parse(text))

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
