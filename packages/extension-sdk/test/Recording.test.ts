import { describe, expect, it } from "vitest"
import {
  fitsRecorded,
  fromRecorded,
  type Recording,
  recordedHost,
  recordedResponse,
  toRecorded
} from "../src/Recording.ts"

const bytes = (text: string) => new TextEncoder().encode(text)

const recording: Recording = {
  recording: 1,
  request: { method: "GET", url: "/", headers: [], body: null },
  calls: [
    { call: "secrets.get", args: ["key"], reply: { ok: "•••" } },
    { call: "http.fetch", args: [{ url: "https://a.example/?key=•••&n=1", body: null }], reply: { error: "transport" } }
  ],
  response: { status: 200, headers: {}, body: null }
}
const get = { interface: "secrets", function: "get", args: ["key"] }
const fetching = (url: string) => ({ interface: "http", function: "fetch", args: [{ url, body: null }] })

describe("a recording", () => {
  it.each([
    ["a large number", 12n, { $u64: "12" }],
    ["text in bytes", bytes("é\ufeff"), { $text: "é\ufeff" }],
    ["bytes that are no text", new Uint8Array([0xff, 0]), { $base64: "/wA=" }],
    ["many bytes that are no text", new Uint8Array(200_000).fill(0xff), { $base64: `${"/".repeat(266_666)}8=` }],
    ["a record", { a: [1, null, "x"], b: { c: true } }, { a: [1, null, "x"], b: { c: true } }]
  ])("keeps %s through JSON", (_, value, written) => {
    expect(toRecorded(value)).toEqual(written)
    expect(fromRecorded(JSON.parse(JSON.stringify(toRecorded(value))))).toEqual(value)
  })

  it.each([
    ["Bearer •••", "Bearer s3cret", true],
    ["•••", "", true],
    ["a•••b•••c", "a1b2c", true],
    ["a•••b•••c", "a1c", false],
    ["ab•••b", "ab", false],
    ["•••", 5, false],
    [{ a: "•••" }, { a: "x" }, true],
    [{ a: "•••" }, { a: "x", b: 1 }, false],
    [[1], { 0: 1 }, false],
    [null, {}, false]
  ])("of %j fits %j: %s", (recorded, value, fits) => {
    expect(fitsRecorded(recorded, value)).toBe(fits)
  })

  it("answers the calls that were made as they were answered, and log lines with nothing", async () => {
    const host = recordedHost(recording)
    expect(await host.answer(get)).toEqual({ ok: "•••" })
    expect(await host.answer({ interface: "logging", function: "logInfo", args: ["new"] })).toEqual({ ok: null })
    expect(await host.answer(fetching("https://a.example/?key=s3cret&n=1"))).toEqual({ error: "transport" })
    host.end()
  })

  it("refuses another call, one that is too many, and one that is missing", async () => {
    const host = recordedHost(recording)
    await host.answer(get)
    expect(() => host.end()).toThrow(/host call 2 was not made: http\.fetch/)
    await expect(host.answer(fetching("https://a.example/?key=s3cret&n=2"))).rejects.toThrow(/recorded was http\.fetch/)
    await expect(host.answer(get)).rejects.toThrow('host call 3 is secrets.get("key"); recorded was no such call')
  })

  it("joins the headers of a response by their names", () => {
    const headers = [
      { name: "X-A", value: "1" },
      { name: "x-a", value: "2" }
    ]
    expect(recordedResponse({ status: 200, headers, body: bytes("x") })).toEqual({
      status: 200,
      headers: { "x-a": "1, 2" },
      body: { $text: "x" }
    })
  })
})
