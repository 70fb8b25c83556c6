import { assert, describe, it } from "@effect/vitest"
import { beyond } from "../src/release/Footprint.ts"

const budget = { packages: 2, bytes: 100, without: ["@electric-sql/pglite"] }

describe("What an install brings", () => {
  it.each([
    ["as much as it may", ["a", "b"], 100, []],
    ["a package too many", ["a", "b", "c"], 100, ["brings 3 packages, more than 2"]],
    ["a byte too many", ["a"], 101, ["brings 101 bytes, more than 100"]],
    ["what it must not", ["@electric-sql/pglite"], 1, ["brings @electric-sql/pglite"]]
  ])("is held to its budget: %s", (_, packages, bytes, problems) => {
    assert.deepStrictEqual(beyond({ packages, bytes }, budget), problems)
  })
})
