import { assert, describe, it } from "@effect/vitest"
import { requestIdOf } from "../src/RequestId.ts"

describe("a request's id", () => {
  it("is the one that was given, where it is fit for a header and a log", () => {
    for (const given of ["a", "from-the-gateway", "x".repeat(200)]) assert.strictEqual(requestIdOf(given), given)
  })

  it("is the other one, or a new one, where none that is fit was given", () => {
    for (const given of [undefined, null, "", "a b", "a\r\nx: y", "é", "x".repeat(201)]) {
      assert.strictEqual(requestIdOf(given, "its own"), "its own")
      assert.match(requestIdOf(given), /^[0-9a-f-]{36}$/)
    }
  })
})
