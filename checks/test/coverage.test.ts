import { assert, describe, it } from "vitest"
import { includeFlags } from "../src/coverage/Flags.ts"
import { byPackage, table } from "../src/coverage/Table.ts"

const file = (lines: number, of: number) => ({
  lines: { total: of, covered: lines },
  branches: { total: 0, covered: 0 }
})

const packages = byPackage(
  { total: file(2999, 3000), "/w/packages/b/src/B.ts": file(1, 1), "/w/packages/a/src/A.ts": file(1998, 1999) },
  "/w/packages"
)

describe("The table of coverage", () => {
  it("has a row for each package, and rounds no gap away", () => {
    assert.deepEqual(table(packages).split("\n").slice(2), [
      "| `a` | 1998 of 1999 | 99.9 % | 0 of 0 | - |",
      "| `b` | 1 of 1 | 100.0 % | 0 of 0 | - |"
    ])
  })
})

describe("Coverage of some tests", () => {
  it("counts the packages that are named, each once, and all where none is", () => {
    assert.deepEqual(includeFlags(["packages/domain/test/words.test.ts", "packages/domain", "--bail=1"]), [
      "--coverage.include=packages/domain/src/**/*.ts"
    ])
    assert.deepEqual(includeFlags(["words.test.ts"]), [])
  })
})
