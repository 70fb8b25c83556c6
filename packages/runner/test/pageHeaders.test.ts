import { assert, describe, it } from "@effect/vitest"
import { hasTag, pageHeaders } from "../src/internal/http/pageHeaders.ts"

describe("A file of an extension's page", () => {
  it.each([
    ["file", "public, max-age=31536000, immutable", { etag: '"tag"' }],
    ["document", "no-cache", { etag: '"tag"' }],
    ["fallback", "no-store", {}]
  ] as const)(
    "that is a %s is kept so: %s; it sends nothing outside, and is framed by whom the deployment names",
    (kept, cached, etag) => {
      assert.deepEqual(pageHeaders(kept, '"tag"', "https://app.example"), {
        ...etag,
        "cache-control": cached,
        "content-security-policy":
          "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; " +
          "font-src 'self' data:; media-src 'self'; connect-src 'none'; form-action 'none'; base-uri 'none'; " +
          "frame-ancestors https://app.example",
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer"
      })
    }
  )

  it.each(['"a"', 'W/"a"', ' "a" ', '"b", "a"', '"b",W/"a"', "*", '"b", *'])(
    "is there already for who asks with the tag %s",
    (given) => {
      assert.isTrue(hasTag(given, '"a"'))
    }
  )

  it.each(["", '"b"', "a", '"aa"', '"W/"a""', '"W/a"', '"a" "b"', "**", 'xW/"a"'])(
    "is sent to who asks with the tag %j",
    (given) => {
      assert.isFalse(hasTag(given, '"a"'))
    }
  )
})
