import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Schema } from "effect"
import { cursorOf, cursorText, sortName, sortNameLength } from "../src/PageCursor.ts"

const id = "3fa85f64-5717-4562-b3fc-2c963f66afa6"
const ofName = (name: string) => `1.${id}.${Buffer.from(name).toString("base64url")}`

describe("A cursor", () => {
  it.prop(
    "is read back from its text, which has at most 4 KiB of plain ASCII",
    { name: Arbitrary.schema(Schema.String) },
    ({ name }) => {
      const place = { name: sortName(name.toWellFormed().replaceAll("\0", "")), id }
      assert.deepEqual(cursorOf(cursorText(place)), place)
    }
  )

  it("has room for the longest part of a name that counts, of the widest characters", () => {
    const place = { name: "\u{10ffff}".repeat(sortNameLength), id }
    assert.isAtMost(cursorText(place).length, 4_096)
    assert.match(cursorText(place), /^[\w.-]+$/)
    assert.deepEqual(cursorOf(cursorText(place)), place)
  })

  it.each(["", "\ufeff", "\ufeffa", "a\ufeff"])("may name %j, whatever it begins with", (name) => {
    assert.deepEqual(cursorOf(cursorText({ name, id })), { name, id })
  })

  it.each([
    ["", "nothing"],
    ["x", "no form"],
    [id, "an id alone"],
    [`1.${id}`, "no name"],
    [`2.${id}.`, "another version"],
    [` 1.${id}.`, "a blank before it"],
    [`1.${id}.\n`, "a line break behind it"],
    [`1.${id.toUpperCase()}.`, "an id in capitals"],
    [`1.${id.replaceAll("-", "0")}.`, "an id without dashes"],
    [`1.${id}.YQ==`, "padding"],
    [`1.${id}.YR`, "spare bits"],
    [`1.${id}.YWFhY`, "a letter too many"],
    [`1.${id}._w`, "bytes that are no UTF-8"],
    [`1.${id}.7aCA`, "half of a surrogate pair"],
    [ofName("a\0b"), "a NUL"],
    [ofName("x".repeat(sortNameLength + 1)), "a longer name than counts"],
    [`1.${id}.${"YWFh".repeat(1_100)}`, "more than 4 KiB"]
  ])("is not %j, which has %s", (text) => {
    assert.isNull(cursorOf(text))
  })
})

describe("The part of a name that counts", () => {
  it("is the name where it is short, and else its first 750 characters, none of them halved", () => {
    for (const name of ["", "a", "x".repeat(750), "😀".repeat(750)]) assert.strictEqual(sortName(name), name)
    assert.strictEqual(sortName(`${"x".repeat(749)}😀y`), `${"x".repeat(749)}😀`)
    assert.strictEqual(sortName(`${"😀".repeat(750)}a`), "😀".repeat(750))
    assert.strictEqual(sortName("x".repeat(100_000)), "x".repeat(750))
  })
})
