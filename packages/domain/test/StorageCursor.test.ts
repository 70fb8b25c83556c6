import { assert, describe, it } from "vitest"
import { lastKeySeen, productCursor } from "../src/StorageCursor.ts"

const base64 = (text: string) => Buffer.from(text).toString("base64url")

describe("The cursor of a list in storage", () => {
  it.each(["a", "a.b", "ключ", '"'])("names the key %s in the product's form, and as itself", (key) => {
    assert.strictEqual(lastKeySeen(productCursor(key)), key)
    assert.strictEqual(lastKeySeen(key), key)
  })

  it("has room in a list behind the longest key, whatever is in it", () => {
    for (const character of ["\u0001", "漢", "😀"]) assert.isAtMost(productCursor(character.repeat(256)).length, 4_096)
  })

  it("is the product's: base64url of a JSON object", () => {
    assert.strictEqual(productCursor("a"), base64('{"key":"a"}'))
  })

  it.each(['{"key":7}', '{"other":"a"}', '"a"', "{"])("is a key where it holds %s", (text) => {
    assert.strictEqual(lastKeySeen(base64(text)), base64(text))
  })
})
