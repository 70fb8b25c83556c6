import { describe, expect, it } from "vitest"
import { errorResponse } from "../src/ErrorResponse.ts"
import { readJson } from "../src/JsonBody.ts"

const withBody = (body: Uint8Array | null) => ({
  context: { tenantId: "t", extensionId: "e" },
  http: { method: "POST", url: "/", headers: [], body }
})
const text = (value: string) => new TextEncoder().encode(value)

describe("readJson", () => {
  it("reads a JSON body", () => {
    expect(readJson(withBody(text('{"name":"é"}')))).toEqual({ name: "é" })
  })

  it("gives null where there is no body", () => {
    expect(readJson(withBody(null))).toBeNull()
    expect(readJson(withBody(new Uint8Array()))).toBeNull()
  })

  it.each([
    ["is no JSON", text("{")],
    ["is no UTF-8", new Uint8Array([0x22, 0xff, 0x22])]
  ])("refuses a body that %s", (_, body) => {
    expect(() => readJson(withBody(body))).toThrow("body must be JSON in UTF-8")
  })
})

describe("errorResponse", () => {
  it.each([
    ["invalid-input", 400],
    ["bad-request", 400],
    ["invalid-url", 400],
    ["validation-failed", 400],
    ["not-allowed", 403],
    ["denied", 403],
    ["not-found", 404],
    ["missing", 404],
    ["route-not-found", 404],
    ["not-available", 404],
    ["method-not-allowed", 405],
    ["conflict", 409],
    ["quota-exceeded", 429],
    ["transport", 502],
    ["expired", 500],
    ["internal", 500],
    ["something-else", 500],
    ["constructor", 500]
  ])("gives %s the status %i", (code, status) => {
    const response = errorResponse(code)
    expect(response.status).toBe(status)
    expect(new TextDecoder().decode(response.body ?? new Uint8Array())).toBe(JSON.stringify({ error: code }))
  })

  it("takes another status and further headers", () => {
    const response = errorResponse("busy", { status: 503, headers: [{ name: "retry-after", value: "1" }] })
    expect(response.status).toBe(503)
    expect(response.headers).toEqual([
      { name: "content-type", value: "application/json" },
      { name: "retry-after", value: "1" }
    ])
  })
})
