import { Buffer } from "node:buffer"
import { assert, describe, it } from "@effect/vitest"
import { encode } from "../src/internal/child/Encoder.ts"
import type { FromGuest } from "../src/internal/child/Messages.ts"
import { headerBytes } from "../src/internal/host/FrameReader.ts"
import { guestMessage } from "../src/internal/host/GuestMessage.ts"

const bodyOf = (message: FromGuest): Buffer => Buffer.from(encode(message)).subarray(headerBytes)
const seen = (body: Buffer) => {
  const message = guestMessage(body)
  if (message === null) return null
  const { args: _args, response: _response, ...fields } = { args: null, response: null, ...message }
  return fields
}

const call = { type: "call", interface: "alga:extension/clients", function: "getClient", args: ["id"] } as const
const done = {
  type: "done",
  response: null,
  obstacle: null,
  residentBytes: 1,
  memoryRefused: false,
  memoryBytes: 65_536
} as const
const fail = { type: "fail", reason: "trap", detail: "RuntimeError: unreachable" } as const

/** A message with a field of another type, which our program does not send. */
const odd = (message: object): Buffer => bodyOf(message as FromGuest)

describe("guestMessage", () => {
  it.each([
    [{ type: "ready" } as const, { type: "ready" }],
    [{ type: "loaded" } as const, { type: "loaded" }],
    [call, { type: "call", interface: call.interface, function: call.function }],
    [done, { type: "done", obstacle: null, residentBytes: 1, memoryRefused: false, memoryBytes: 65_536 }],
    [
      { ...done, obstacle: "memory-grown" },
      { type: "done", obstacle: "memory-grown", residentBytes: 1, memoryRefused: false, memoryBytes: 65_536 }
    ],
    [fail, fail]
  ])("takes %j", (message, fields) => {
    assert.deepEqual(seen(bodyOf(message)), fields)
  })

  it.each([
    ["nothing", Buffer.alloc(0)],
    ["JSON", Buffer.from('{"type":"ready"}')],
    ["an unknown type", Buffer.of(9)],
    ["a type alone", Buffer.of(3)],
    ["more than a type", Buffer.of(1, 0)],
    ["a call of a number", odd({ ...call, function: 1 })],
    ["a call without interface", odd({ ...call, interface: undefined })],
    ["a name longer than any", bodyOf({ ...call, function: "a".repeat(5_000) })],
    ["an obstacle that is no text", odd({ ...done, obstacle: 1 })],
    ["a size that is no number", odd({ ...done, residentBytes: "1" })],
    ["a size below nothing", bodyOf({ ...done, residentBytes: -1 })],
    ["a size far below nothing", bodyOf({ ...done, residentBytes: -1e300 })],
    ["a size that no process has", bodyOf({ ...done, residentBytes: 1e300 })],
    ["a size without end", bodyOf({ ...done, residentBytes: Number.POSITIVE_INFINITY })],
    ["a memory below nothing", bodyOf({ ...done, memoryBytes: -1 })],
    ["a part of a byte", bodyOf({ ...done, residentBytes: 0.5 })],
    ["an unknown reason", odd({ ...fail, reason: "timeout" })],
    ["a detail that is no text", odd({ ...fail, detail: null })],
    ["a detail longer than any", bodyOf({ ...fail, detail: "a".repeat(5_000) })],
    ["a failure with something behind", Buffer.concat([bodyOf(fail), Buffer.of(0)])]
  ])("refuses %s", (_what, body) => {
    assert.isNull(guestMessage(body))
  })

  it("leaves a call's arguments and a response alone, whatever they are", () => {
    assert.isNotNull(guestMessage(bodyOf({ ...call, args: [{ junk: [[[]]] }] })))
    assert.isNotNull(guestMessage(bodyOf({ ...done, response: "none" })))
  })
})
