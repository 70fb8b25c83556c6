import { assert, describe, it } from "@effect/vitest"
import { innermostCause } from "../src/internal/innermostCause.ts"

describe("The innermost cause", () => {
  it.each([
    [new Error("outer", { cause: Object.assign(new Error("no such role"), { code: "28P01" }) }), "28P01: no such role"],
    [Object.assign(new Error("listen EADDRINUSE: in use"), { code: "EADDRINUSE" }), "listen EADDRINUSE: in use"],
    [
      new AggregateError([Object.assign(new Error("connect ECONNREFUSED ::1"), { code: "ECONNREFUSED" })], ""),
      "connect ECONNREFUSED ::1"
    ],
    [new Error("", { cause: { reason: { cause: new Error("within a reason") } } }), "within a reason"],
    [new Error("said", { cause: new Error("") }), "said"],
    [Object.assign(new Error(""), { code: "ENOENT" }), "ENOENT"],
    [new Error("two\n  lines"), "two lines"],
    ["text", "text"],
    [undefined, ""],
    [{}, ""]
  ])("of %s is %j", (error, text) => {
    assert.strictEqual(innermostCause(error), text)
  })

  it("ends where causes go in a circle", () => {
    const error = new Error("round")
    error.cause = error
    assert.strictEqual(innermostCause(error), "round")
  })
})
