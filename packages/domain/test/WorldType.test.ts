import { Schema } from "effect"
import { assert, describe, it } from "vitest"
import { absent } from "../src/Absent.ts"
import { worldTypeOf } from "../src/WorldType.ts"

describe("The type of an argument in the world", () => {
  it("is plain data, without the host's rules", () => {
    const Input = Schema.Struct({
      name: absent(Schema.Trim.check(Schema.isMaxLength(200))),
      names: Schema.Array(Schema.String),
      kind: absent(Schema.Literals(["service", "product"])),
      active: Schema.Boolean,
      page: absent(Schema.Int)
    })
    assert.deepEqual(worldTypeOf(Input), {
      record: {
        name: "text",
        names: { list: "text" },
        kind: { oneOf: ["service", "product"] },
        active: "flag",
        page: "whole-number"
      }
    })
  })

  it.each([
    ["a choice that is not between texts", Schema.Union([Schema.String, Schema.Boolean])],
    ["a kind that no argument has", Schema.BigInt],
    ["a list without a kind of elements", Schema.Tuple([])]
  ] as const)("is refused for %s, so that nothing is passed on untold", (_, schema) => {
    assert.throws(() => worldTypeOf(schema), /is no argument of an operation/)
  })
})
