import { assert, it } from "vitest"
import { isHttpMethod } from "../src/HttpFetch.ts"

it.each(["", " ", "NO METHOD", "GET\r\nx-a: b", "GÉT", "GET/", "GET:", '"GET"', "GET\u0000"])(
  "%j is no method of HTTP",
  (method) => {
    assert.isFalse(isHttpMethod(method))
  }
)

it.each(["GET", "get", "PROPFIND", "M-SEARCH", "a1_!#$%&'*+.^`|~"])("%j is a method of HTTP", (method) => {
  assert.isTrue(isHttpMethod(method))
})
