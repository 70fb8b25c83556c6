import { describe, expect, it } from "vitest"
import { partsOf } from "../src/dev/Ask.ts"

describe("what is asked", () => {
  it.each([
    ["/api/clients?search=a", { path: "/api/clients", query: { search: "a" } }],
    ["api", { path: "/api", query: {} }],
    ["//other.example/a", { path: "/other.example/a", query: {} }],
    ["/\\", { path: "//", query: {} }],
    ["/\\other.example/a", { path: "//other.example/a", query: {} }],
    ["", { path: "/", query: {} }]
  ])("is the path and the query of %j, and never another host's", (target, parts) => {
    expect(partsOf(target)).toEqual(parts)
  })
})
