import { assert, describe, it } from "@effect/vitest"
import { byteRange } from "../src/internal/http/byteRange.ts"

describe("byteRange", () => {
  it.each([
    ["bytes=0-1", { first: 0, last: 1 }],
    ["bytes=0-", { first: 0, last: 9 }],
    ["bytes=9-9", { first: 9, last: 9 }],
    ["bytes=4-999", { first: 4, last: 9 }],
    ["bytes=-3", { first: 7, last: 9 }],
    ["bytes=-999", { first: 0, last: 9 }],
    ["bytes=10-", "outside"],
    ["bytes=-0", "outside"],
    ["bytes=5-4", "whole"],
    ["bytes=0-1,3-4", "whole"],
    ["items=0-1", "whole"],
    ["bytes=-", "whole"],
    ["bytes=a-b", "whole"],
    [`bytes=${"9".repeat(400)}-`, "whole"],
    ["", "whole"]
  ])("reads %s of ten bytes", (header, range) => {
    assert.deepEqual(byteRange(header, 10), range)
  })

  it("finds nothing in an empty file", () => {
    assert.deepEqual(
      ["bytes=0-", "bytes=0-0", "bytes=-1"].map((header) => byteRange(header, 0)),
      ["outside", "outside", "outside"]
    )
  })
})
