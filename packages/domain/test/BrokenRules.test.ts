import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import { brokenRules, firstRule, placeOf } from "../src/BrokenRules.ts"

const Whole = Schema.Struct({
  text: Schema.optionalKey(Schema.String),
  number: Schema.optionalKey(Schema.NullOr(Schema.Finite)),
  flag: Schema.optionalKey(Schema.Boolean),
  list: Schema.optionalKey(Schema.Array(Schema.Struct({ kind: Schema.Literals(["a", "b"]) }))),
  own: Schema.optionalKey(Schema.String.annotate({ message: "must be what it says" })),
  least: Schema.optionalKey(Schema.Int.check(Schema.isGreaterThan(3)))
})

const broken = (value: unknown) => {
  const decoded = Schema.decodeUnknownResult(Whole, { onExcessProperty: "error" })(value)
  return Result.isFailure(decoded) ? decoded.failure.issue : assert.fail()
}

describe("A broken rule", () => {
  it.each([
    [null, "must be an object"],
    [{ text: 1 }, "text: must be text"],
    [{ number: "private" }, "number: must be a number"],
    [{ flag: "private" }, "flag: must be true or false"],
    [{ list: {} }, "list: must be a list"],
    [{ list: [{ kind: "a" }, {}] }, "list[1].kind: is missing"],
    [{ list: [{ kind: "private" }] }, "list[0].kind: must be a or b"],
    [{ own: 1 }, "own: must be what it says"],
    [{ least: 3 }, "least: must be a value greater than 3"],
    [{ other: "private" }, "other: is unknown"]
  ])("of %j is told with its place, and without the value", (value, told) => {
    assert.strictEqual(firstRule(broken(value)), told)
    assert.notInclude(JSON.stringify(brokenRules(broken(value))), "private")
  })
})

it("A place in a value is written as in JavaScript", () => {
  assert.deepEqual([placeOf([]), placeOf(["a", 0, "b", "c"]), placeOf([1, "a"])], ["", "a[0].b.c", "[1].a"])
})
