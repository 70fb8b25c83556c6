import { describe, expect, it, vi } from "vitest"

// Whether a request was served before is kept by the module, which other tests of this process may have used.
vi.resetModules()
const { requestDate, requestPerformance } = await import("../src/internal/Clock.ts")
const { beginRequest, endRequest } = await import("../src/internal/requestFacts.ts")

const RequestDate = requestDate(Date)
const asks: ReadonlyArray<() => unknown> = [
  RequestDate.now,
  () => new RequestDate(),
  () => RequestDate(),
  () => requestPerformance.timeOrigin
]

describe("the clock of a component", () => {
  it("is not there while a module loads, is the request's while one is served, and no other's", () => {
    for (const ask of asks) expect(ask).toThrow("not while a module loads")
    beginRequest([{ name: "x-alga-request-time", value: "1700000000000" }])
    expect([RequestDate.now(), new RequestDate().getTime()]).toEqual([1_700_000_000_000, 1_700_000_000_000])
    expect(RequestDate()).toBe(new Date(1_700_000_000_000).toString())
    expect([requestPerformance.timeOrigin, requestPerformance.now()]).toEqual([1_700_000_000_000, 0])
    endRequest()
    for (const ask of asks) expect(ask).toThrow("this host sends no time with a request (x-alga-request-time)")
    beginRequest([])
    for (const ask of asks) expect(ask).toThrow("this host sends no time")
  })

  it("does not touch dates that are given", () => {
    const given = new RequestDate("2024-02-29T12:00:00Z")
    expect(given).toBeInstanceOf(Date)
    expect(given).toBeInstanceOf(RequestDate)
    expect(given.toISOString()).toBe("2024-02-29T12:00:00.000Z")
    expect(RequestDate.parse("1970-01-01T00:00:01Z")).toBe(1000)
    expect(new (class extends RequestDate {})(5).getTime()).toBe(5)
  })
})
