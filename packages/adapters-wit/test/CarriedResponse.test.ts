import { assert, describe, it } from "@effect/vitest"
import { carriedHeader, carriedResponse } from "../src/CarriedResponse.ts"

const header = (name: string, value = "v") => ({ name, value })
const body = Uint8Array.of(1)

describe("A header that HTTP carries", () => {
  it.each([
    "connection",
    "content-length",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade"
  ])("is not %s, in any case: it is of one connection or message", (name) => {
    assert.deepEqual(carriedHeader(header(name)), [])
    assert.deepEqual(carriedHeader(header(name.toUpperCase())), [])
  })

  it.each(["content-type", "etag", "X-Own", "te2"])("is %s, by the name that it was given", (name) => {
    assert.deepEqual(carriedHeader(header(name)), [header(name)])
  })

  it.each([
    ["  a b\t c \t", "a b\t c"],
    [" \t ", ""],
    ["", ""],
    ["a", "a"],
    ["\u00a0a\u00a0", "\u00a0a\u00a0"]
  ])("has the value %j without spaces and tabs around it", (value, carried) => {
    assert.deepEqual(carriedHeader(header("a", value)), [header("a", carried)])
  })
})

describe("A response that HTTP carries", () => {
  const response = { status: 200, headers: [header("a", " b "), header("Connection"), header("c")], body }

  it("has its status, its body and the headers that are carried", () => {
    assert.deepEqual(carriedResponse(response, "GET"), { status: 200, headers: [header("a", "b"), header("c")], body })
  })

  it.each([204, 205, 304])("has no body where its status is %i", (status) => {
    assert.isNull(carriedResponse({ ...response, status }, "GET")?.body)
  })

  it.each([201, 206, 303, 404, 500])("keeps its body where its status is %i", (status) => {
    assert.strictEqual(carriedResponse({ ...response, status }, "GET")?.body, body)
  })

  it.each(["HEAD", "head"])("has no body where the method is %s", (method) => {
    assert.deepEqual(carriedResponse(response, method)?.body, null)
  })

  it("sets one cookie, and none where it would set two", () => {
    const one = { ...response, headers: [header("Set-Cookie", "a=1")] }
    assert.deepEqual(carriedResponse(one, "GET")?.headers, one.headers)
    assert.isNull(carriedResponse({ ...one, headers: [...one.headers, header("set-cookie", "b=2")] }, "GET"))
  })
})
