import { describe, expect, it } from "vitest"
import { QueryParameters } from "../src/QueryParameters.ts"
import { RequestError } from "../src/RequestError.ts"
import { parseRequestUrl } from "../src/RequestUrl.ts"

describe("parseRequestUrl", () => {
  it.each([
    ["/api/clients", ["api", "clients"]],
    ["/api/clients/", ["api", "clients"]],
    ["api/clients?page=2", ["api", "clients"]],
    ["/", []],
    ["", []],
    ["/a//b", ["a", "", "b"]],
    ["/a%2Fb/c%20d", ["a/b", "c d"]],
    ["/a?b#c", ["a"]],
    ["/a#b?c", ["a"]]
  ])("splits %s into segments", (url, segments) => {
    expect(parseRequestUrl(url).segments).toEqual(segments)
  })

  it("keeps the path as it was sent", () => {
    expect(parseRequestUrl("/a%2Fb?x=1").path).toBe("/a%2Fb")
  })

  it.each(["/a/%zz", "/a/%", "/a/%ff", "/%c3/b"])("refuses %s, whose encoding is broken", (url) => {
    expect(() => parseRequestUrl(url)).toThrow(RequestError)
  })
})

describe("QueryParameters", () => {
  it.each([
    "a=1&b=2",
    "a=1&a=2",
    "a",
    "a=",
    "=b",
    "a=b=c",
    "&&a=1&",
    "a=x+y%20z%2B",
    "a=%C3%A9&%C3%A9=1",
    "a=%zz%4",
    "a=%ff%c3",
    "a=%EF%BB%BFx",
    "a=%F0%9F%98%80é😀",
    "a=\ud800",
    "a=%00"
  ])("reads %s as URLSearchParams does", (query) => {
    const expected = new URLSearchParams(query)
    const actual = new QueryParameters(query)
    for (const name of expected.keys()) expect(actual.text(name)).toBe(expected.get(name) || null)
  })

  it("converts numbers, flags and cases", () => {
    const query = new QueryParameters("n=12&m=-1.5&t=true&f=false&k=product")
    expect(query.number("n")).toBe(12)
    expect(query.number("m")).toBe(-1.5)
    expect(query.flag("t")).toBe(true)
    expect(query.flag("f")).toBe(false)
    expect(query.oneOf("k", ["service", "product"])).toBe("product")
  })

  it("gives null for what is missing or blank", () => {
    const query = new QueryParameters("blank=")
    for (const name of ["blank", "missing"]) {
      expect(query.text(name)).toBeNull()
      expect(query.number(name)).toBeNull()
      expect(query.flag(name)).toBeNull()
      expect(query.oneOf(name, ["a"])).toBeNull()
    }
  })

  it.each(["abc", "1e3", "0x10", "%201", "1.", "--1", "Infinity", "١"])("refuses %s as a number", (text) => {
    expect(() => new QueryParameters(`n=${text}`).number("n")).toThrow("query n must be a number")
  })

  it("refuses another flag and another case, and says which there are", () => {
    expect(() => new QueryParameters("f=maybe").flag("f")).toThrow("query f must be one of true, false")
    expect(() => new QueryParameters("k=foo").oneOf("k", ["a", "b"])).toThrow("query k must be one of a, b")
  })
})
