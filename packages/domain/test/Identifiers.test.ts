import { Result, Schema } from "effect"
import { assert, describe, it } from "vitest"
import { brokenRules } from "../src/BrokenRules.ts"
import { TenantId, Uuid } from "../src/Identifiers.ts"

describe("An id", () => {
  it.each([5, null, "x"])("is not read from %j, by the same words", (given) => {
    const read = Schema.decodeUnknownResult(Uuid)(given)
    assert(Result.isFailure(read))
    assert.deepEqual(brokenRules(read.failure.issue), [{ path: [], message: "must be a UUID" }])
  })

  it("that cannot be made says which it is, and what it must be", () => {
    let thrown: unknown
    try {
      TenantId.make("x")
    } catch (error) {
      thrown = error
    }
    assert(thrown instanceof TypeError)
    assert.strictEqual(thrown.message, "TenantId: must be a UUID, such as 3fa85f64-5717-4562-b3fc-2c963f66afa6")
  })
})
