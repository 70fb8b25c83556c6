import { assert, describe, it } from "@effect/vitest"
import { guestMessage } from "../src/internal/host/GuestMessage.ts"

const call = { type: "call", interface: "alga:extension/clients", function: "getClient", args: ["id"] }
const done = { type: "done", response: null, obstacle: null, residentBytes: 1 }
const fail = { type: "fail", reason: "trap", detail: "RuntimeError: unreachable" }

describe("guestMessage", () => {
  it.each([
    [{ type: "ready" }],
    [{ type: "loaded" }],
    [call],
    [{ ...call, args: [] }],
    [done],
    [{ ...done, obstacle: "memory-grown" }],
    [{ ...done, residentBytes: 0 }],
    [fail]
  ])("takes %j", (message) => {
    assert.deepEqual(guestMessage(JSON.stringify(message)), message)
  })

  it.each([
    ["no JSON", "{"],
    ["nothing", ""],
    ["null", "null"],
    ["a list", "[]"],
    ["a text", '"ready"'],
    ["no type", "{}"],
    ["a type that is no text", '{"type":["ready"]}'],
    ["an unknown type", '{"type":"run"}'],
    ["the name of a method", '{"type":"constructor"}'],
    ["the name of the prototype", '{"type":"__proto__"}'],
    ["a call of a number", JSON.stringify({ ...call, function: 1 })],
    ["a call without interface", JSON.stringify({ ...call, interface: undefined })],
    ["arguments that are no list", JSON.stringify({ ...call, args: { length: 1 } })],
    ["no response", JSON.stringify({ ...done, response: undefined })],
    ["an obstacle that is no text", JSON.stringify({ ...done, obstacle: 1 })],
    ["a size that is no number", JSON.stringify({ ...done, residentBytes: "1" })],
    ["a size below nothing", JSON.stringify({ ...done, residentBytes: -1 })],
    ["a size far below nothing", JSON.stringify({ ...done, residentBytes: -1e300 })],
    ["a size that no process has", JSON.stringify({ ...done, residentBytes: 1e300 })],
    ["a size without end", '{"type":"done","response":null,"obstacle":null,"residentBytes":1e999}'],
    ["a part of a byte", JSON.stringify({ ...done, residentBytes: 0.5 })],
    ["an unknown reason", JSON.stringify({ ...fail, reason: "timeout" })],
    ["a detail that is no text", JSON.stringify({ ...fail, detail: null })]
  ])("refuses %s", (_what, text) => {
    assert.isNull(guestMessage(text))
  })

  it("leaves out what no message has, and takes nothing from a prototype of the sender's choice", () => {
    assert.deepEqual(guestMessage('{"type":"ready","more":1}'), { type: "ready" })
    assert.isNull(guestMessage('{"__proto__":{"type":"ready"}}'))
  })
})
