import { ArchiveRefused } from "@alga-psa/ext-adapters-wit"
import { assert, describe, it } from "@effect/vitest"
import { runnerError } from "../src/internal/bundleFailure.ts"
import { fail } from "../src/RunnerError.ts"
import { table } from "../src/Table.ts"

const shown = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]*$/u
const evil = "cap:\u001b[2J\r\nforged\u202e\u2028\u009b"

describe("An error that names what is in a bundle", () => {
  it.each([
    ["of the runner", (text: string) => fail("execute_failed", text).message],
    ["of an archive", (text: string) => runnerError(new ArchiveRefused({ message: text })).message]
  ])("%s is one short line that does nothing, whatever is in it", (_, messageOf) => {
    assert.match(messageOf(evil), shown)
    assert.include(messageOf(evil), "cap:\\u{1b}[2J\\u{d}\\u{a}forged\\u{202e}\\u{2028}\\u{9b}")
    const long = messageOf(Array(1_000_000).fill(evil).join(", "))
    assert.match(long, shown)
    assert.strictEqual(long.length, 300)
  })

  it("begins with its code, as callers look for it", () => {
    assert.strictEqual(fail("execute_failed", "trap").message, "execute_failed: trap")
    assert.strictEqual(fail("internal").message, "internal")
  })
})

describe("A table", () => {
  it("has a line for each row, whatever is in its cells", () => {
    const lines = table(["one", "two"], [[evil, evil]], 400).split("\n")
    assert.lengthOf(lines, 3)
    for (const line of lines) assert.match(line, shown)
  })
})
