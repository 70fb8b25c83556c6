import { assert, it } from "vitest"
import { isProxyRoute } from "../src/ProxyRoute.ts"

it.each([
  "",
  " ",
  "?a",
  "#a",
  ".",
  "..",
  "/a/../b",
  "/a/%2e%2E/b",
  "/a/.%2e",
  "/a%2f..%2Fb",
  "/a\\..\\b",
  "/a%5c..",
  "/\ud800"
])("The route %j is refused", (route) => {
  assert.isFalse(isProxyRoute(route))
})

it.each(["/a", "a", "/a/...", "/.a", "/a..", "/a%2eb", "/a?b=/../c", "/a#../%2e%2e", "/a/ b"])(
  "The route %j may be called",
  (route) => {
    assert.isTrue(isProxyRoute(route))
  }
)
