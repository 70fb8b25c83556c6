import { assert, describe, it } from "vitest"
import { readPax } from "../src/internal/child/archive/PaxRecords.ts"
import { paxOf } from "./support/Tar.ts"

const read = (text: string) => readPax(Buffer.from(text))

describe("A pax header", () => {
  it("gives a path and a size, in any order, and passes over the rest", () => {
    assert.deepEqual(read(paxOf({ size: "1", mtime: "2", path: "a=b c" })), { path: "a=b c", size: "1" })
    assert.deepEqual(read(paxOf({ path: "a" })), { path: "a", size: null })
    assert.deepEqual(read(""), { path: null, size: null })
  })

  it("may have a record whose length has five digits", () => {
    assert.strictEqual(read(paxOf({ path: "a".repeat(20_000) })).path?.length, 20_000)
  })

  it.each([
    ["a length of six digits", paxOf({ path: "a".repeat(100_000) })],
    ["a length that begins with zero", "011 path=a\n"],
    ["a length in another spelling", "1e1 path=\n"],
    ["a record without its line end", "8 path=a"],
    ["a record without a value before one with a value", "7 path\n9 path=a\n"],
    ["a length longer than the header", "11 path=a\n"],
    ["a length shorter than itself", "1 path=a\n"],
    ["no length", "path=a\n"],
    ["no blank", "path"],
    ["two paths", `${paxOf({ path: "a" })}${paxOf({ path: "a" })}`],
    ["two sizes", `${paxOf({ size: "1" })}${paxOf({ size: "1" })}`]
  ])("is refused with %s", (_, text) => {
    assert.throws(() => read(text), "the archive has a pax header that cannot be read")
  })

  it("is refused where it names a sparse file, by its name where it has one", () => {
    assert.throws(() => read(paxOf({ "GNU.sparse.major": "1", "GNU.sparse.name": "a" })), /^a is stored as a sparse/)
    assert.throws(() => read(paxOf({ "GNU.sparse.name": "a", "GNU.sparse.major": "1" })), /^a is stored as a sparse/)
    assert.throws(() => read(paxOf({ "GNU.sparse.size": "1" })), /^a file is stored as a sparse/)
  })
})
