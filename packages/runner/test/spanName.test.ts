import { assert, describe, it } from "@effect/vitest"
import { spanName } from "../src/internal/http/spanName.ts"

describe("the name of a request's span", () => {
  it("is its method and its route", () => {
    assert.deepStrictEqual(
      [
        { method: "POST", url: "/v1/execute" },
        { method: "GET", url: "/v1/triggers/5e1f?x=1" },
        { method: "GET", url: "/ext-ui/an-id/sha256:ab/a/b.js?tenant=t" },
        { method: "GET", url: "/?parentOrigin=https://a" },
        { method: "POST", url: "/api/internal/ext-clients/install/5e1f" },
        { method: "GET", url: "/v1/access?tenant=t" }
      ].map(spanName),
      [
        "POST /v1/execute",
        "GET /v1/triggers/:id",
        "GET /ext-ui/:extensionId/:contentHash/*",
        "GET /",
        "POST /api/internal/ext-clients/install/:installId",
        "GET /v1/access"
      ]
    )
  })

  it("holds nothing that a caller makes up", () => {
    assert.deepStrictEqual(
      [
        { method: "GET", url: "/v1/triggers/a/b" },
        { method: "GET", url: "/secret-4711" },
        { method: "MADE-UP" as "GET", url: "/v1/execute" }
      ].map(spanName),
      ["GET", "GET", "HTTP /v1/execute"]
    )
  })
})
