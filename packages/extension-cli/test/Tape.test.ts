import { type HostCall, type HostReply, packageName } from "@alga-psa/ext-adapters-wit"
import { describe, expect, it } from "vitest"
import { withoutSecrets } from "../src/dev/internal/hidden.ts"
import { makeTape } from "../src/dev/Tape.ts"

const secrets = { api_key: "s3cret-value" }
const tape = () => makeTape((text) => withoutSecrets(text, secrets))
const call = (name: string, member: string, ...args: ReadonlyArray<unknown>): HostCall => ({
  interface: `${packageName}/${name}`,
  function: member,
  args
})
const ok = (value: unknown): HostReply => ({ type: "ok", value })
const bytes = (text: string) => new TextEncoder().encode(text)
const request = { method: "POST", path: "/api/a", query: { key: "s3cret-value" }, body_b64: bytes("s3cret-value") }
const response = {
  status: 200,
  headers: { "x-a": "s3cret-value", "set-cookie": "a=b" },
  body_b64: btoa("s3cret-value")
}

describe("a tape of an execution", () => {
  it("has no secret anywhere in it, nor what headers of credentials and the host's own headers hold", () => {
    const one = tape()
    const headers = [{ name: "Authorization", value: "Basic c2VjcmV0" }]
    one.note(call("secrets", "get", "api_key"), ok("s3cret-value"))
    one.note(
      call("http", "fetch", { url: "https://a.example/?k=s3cret-value", headers, body: bytes("s3cret-value") }),
      ok(null)
    )
    one.note(call("logging", "logInfo", "s3cret-value"), ok(null))
    const sent = { "x-alga-request-seed": "AAAA", "X-Alga-Request-Time": "1", "x-alga-capabilities": "cap:log.emit" }
    const recording = one.recording(
      { ...request, headers: { ...sent, cookie: "c=d", accept: "*/*" } } as never,
      response
    )
    const text = JSON.stringify(recording)
    expect(text).not.toMatch(/s3cret|c2VjcmV0|c=d|a=b|x-alga/i)
    expect(recording).toMatchObject({
      request: {
        url: "/api/a?key=•••",
        headers: [
          { name: "cookie", value: "•••" },
          { name: "accept", value: "*/*" }
        ],
        body: { $text: "•••" }
      },
      calls: [{ call: "secrets.get", reply: { ok: "•••" } }, { call: "http.fetch" }],
      response: { headers: { "x-a": "•••", "set-cookie": "•••" }, body: { $text: "•••" } }
    })
  })

  it.each([
    ["as JSON escapes it", String.raw`{"a":"p/ä \"q\" & z"}`],
    ["percent-encoded", `https://a.example/${encodeURIComponent('p/ä "q" & z')}?a=1`],
    ["as a form writes it", `https://a.example/?${new URLSearchParams({ k: 'p/ä "q" & z' })}`],
    ["as it is", 'p/ä "q" & z']
  ])("has no secret %s", (_, text) => {
    const one = makeTape((given) => withoutSecrets(given, { key: 'p/ä "q" & z' }))
    one.note(call("http", "fetch", { url: text, headers: [], body: bytes(text) }), ok(null))
    expect(JSON.stringify(one.recording({ method: "GET", path: "/" } as never, response))).not.toMatch(/ä|%C3%A4/)
  })

  it("has no short secret that was asked for, and no header of credentials, whoever sends it", () => {
    const one = makeTape((text) => withoutSecrets(text, { pin: "719" }))
    one.note(call("secrets", "get", "pin"), ok("719"))
    one.note(call("secrets", "get", "none"), { type: "error", value: "missing" })
    const names = [
      "Set-Cookie",
      "x-auth-token",
      "X-ApiKey",
      "x-csrf-token",
      "x-hub-signature-256",
      "session-id",
      "accept"
    ]
    const headers = names.map((name) => ({ name, value: `of ${name}` }))
    one.note(call("http", "fetch", { url: "https://a.example/", headers, body: null }), ok({ headers }))
    const sent = Object.fromEntries(names.map((name) => [name, `of ${name}`]))
    const recording = one.recording({ method: "GET", path: "/", headers: sent } as never, {
      ...response,
      headers: Object.fromEntries(names.map((name) => [name.toLowerCase(), `of ${name}`]))
    })
    const text = JSON.stringify(recording)
    expect(text).not.toContain("719")
    expect(text.match(/of [\w-]+/g)).toEqual(Array(4).fill("of accept"))
    expect(recording).toMatchObject({ calls: [{ reply: { ok: "•••" } }, { reply: { error: "missing" } }, {}] })
  })

  it("is not kept where a secret is in bytes that are not text, where it is too long, or where there is no answer", () => {
    const one = tape()
    one.note(call("http", "fetch"), ok({ body: new Uint8Array([0xff, ...bytes("s3cret-value")]) }))
    expect(one.recording(request as never, response)).toBe("a secret is in bytes that are not text")
    const long = tape()
    long.note(call("storage", "get"), ok("x".repeat(600_000)))
    expect(long.recording(request as never, response)).toBe("it is too long for a test")
    expect(tape().recording(request as never, null)).toBe("there is no answer to keep")
  })
})
