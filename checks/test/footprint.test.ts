import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { beyond, runnerBudget } from "../src/release/Footprint.ts"
import { root } from "../src/release/Packages.ts"

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

  it("is said of the runner on the page of the decision", async () => {
    const page = await readFile(join(root, "docs/decisions/what-a-runner-brings.md"), "utf8")
    assert.include(page, ` installed ${runnerBudget.packages} packages with `)
  })
})
