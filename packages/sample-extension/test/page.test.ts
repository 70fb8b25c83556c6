import { describe, expect, it } from "vitest"
import { failureOf, failureText } from "../ui/src/Failure.ts"
import { placeOf } from "../ui/src/places.ts"
import { capitalised, money } from "../ui/src/words.ts"

describe("failureOf", () => {
  it.each([
    ['Proxy error 403: {"error":"not-allowed"}', "not-allowed"],
    ['Proxy error 400: {"error":"invalid-input"}', "invalid-input"],
    ['Proxy error 404: {"error":"not-found"}', "not-found"],
    ['Proxy error 500: {"error":"internal"}', "internal"],
    ['Proxy error 500: {"error":"execute_failed: trap"}', "internal"],
    ["Proxy error 502: <html>\nbad gateway</html>", "internal"],
    ["Proxy error 500: ", "internal"],
    ["Proxy error 500: null", "internal"],
    ["Proxy request timed out", "unreachable"],
    ["", "unreachable"]
  ])("reads %j as %s", (refusal, code) => {
    expect(failureOf(refusal)).toBe(code)
  })
})

describe("failureText", () => {
  it("names what could not be read, and shows no code and nothing of the host", () => {
    for (const code of ["not-allowed", "invalid-input", "not-found", "internal", "unreachable"] as const) {
      const { text, title } = failureText(code, "services")
      expect(`${title} ${text}`).not.toMatch(/error|not-allowed|invalid-input|internal|\d{3}:/)
    }
    expect(failureText("not-allowed", "services").title).toContain("services")
  })
})

describe("places", () => {
  const id = "c0000000-0001-4000-8000-000000000001"

  it.each([
    ["/clients", { list: "clients", id: null }],
    ["/services", { list: "services", id: null }],
    [`/clients/${id}`, { list: "clients", id }],
    [`/services/${id}`, { list: "services", id }]
  ])("reads %s", (path, place) => {
    expect(placeOf(path)).toEqual(place)
  })

  it.each(["/", "", "/invoices", "/clients/../x", `/clients/${id}/more`, "/clients/x", "https://elsewhere.example/"])(
    "knows no place %j",
    (path) => {
      expect(placeOf(path)).toBe(null)
    }
  )
})

describe("words", () => {
  it("writes minor units with two decimals", () => {
    expect([0, 5, 12_550, 100_000_000].map(money)).toEqual(["0.00", "0.05", "125.50", "1,000,000.00"])
  })

  it("makes the first letter a capital, and nothing of null", () => {
    expect(["company", "", null].map(capitalised)).toEqual(["Company", "", ""])
  })
})
