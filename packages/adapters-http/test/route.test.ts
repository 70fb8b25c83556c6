import { assert, describe, it } from "@effect/vitest"
import { routePath } from "../src/internal/route.ts"

const extension = "22222222-2222-4222-8222-222222222222"

describe("A route", () => {
  it.each([
    "",
    "  ",
    "?a=1",
    "#a",
    ".",
    "/a/../b",
    "/a/%2e%2E/b",
    "/a/.%2e",
    "/a%2f..%2fb",
    "/a\\..\\b",
    "/a/%5c%2e%2e%5cb",
    "/%2e/b",
    "/a\ud800"
  ])("%j is none", (route) => {
    assert.isNull(routePath(route, extension))
  })

  it.each([
    ["/api/v1/reports?a=1&b=%2e%2e/..", "/api/v1/reports?a=1&b=%2e%2e/.."],
    ["/reports/x", `/${extension}/reports/x`],
    ["reports", `/${extension}/reports`],
    ["/apis", `/${extension}/apis`],
    ["//other.example/a", `/${extension}//other.example/a`],
    ["/a b?q=ü#part", `/${extension}/a%20b?q=%C3%BC`],
    ["/a\r\nx-api-key: 1", `/${extension}/a%0D%0Ax-api-key:%201`],
    ["/...", `/${extension}/...`]
  ])("%j is the path %s", (route, path) => {
    assert.strictEqual(routePath(route, extension), path)
  })
})
