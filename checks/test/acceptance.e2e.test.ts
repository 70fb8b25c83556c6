import { join } from "node:path"
import { assert, describe, it } from "vitest"
import { run } from "../src/release/Commands.ts"

const checks = join(import.meta.dirname, "..")
const vitest = (...args: ReadonlyArray<string>) =>
  run(
    join(checks, "node_modules/.bin/vitest"),
    ["run", "--config", "test/fixtures/whole-run/vitest.config.ts", ...args],
    checks
  )

describe("A run of all tests", () => {
  it("fails where no test proves a requirement, though every test passes", async () => {
    const { code, stderr, stdout } = await vitest()
    assert.match(stdout, /2 passed/)
    assert.include(stderr, "The acceptance map does not hold")
    assert.include(stderr, "inputs.1: inputs.test.ts /(take|refuse) page = / matches no test")
    assert.strictEqual(code, 1)
  })
})

describe("A run of some tests", () => {
  it.each([["one.case.ts"], ["--testNamePattern=too"]])("by %s is held to nothing", async (some) => {
    const { code, stderr } = await vitest(some)
    assert.notInclude(stderr, "acceptance map")
    assert.strictEqual(code, 0)
  })
})
