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

  it("is not kept where a secret is in bytes that are no text, where it is too long, or where there is no answer", () => {
    const one = tape()
    one.note(call("http", "fetch"), ok({ body: new Uint8Array([0xff, ...bytes("s3cret-value")]) }))
    expect(one.recording(request as never, response)).toBe("a secret is in bytes that are no text")
    const long = tape()
    long.note(call("storage", "get"), ok("x".repeat(600_000)))
    expect(long.recording(request as never, response)).toBe("it is too long for a test")
    expect(tape().recording(request as never, null)).toBe("there is no answer to keep")
  })
})
