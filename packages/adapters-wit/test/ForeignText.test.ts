import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { foreignJson, foreignNames, foreignText } from "../src/ForeignText.ts"

describe("Text of a stranger's", () => {
  it.each([
    ["an escape sequence", "\u001b[2Ja", "\\u{1b}[2Ja"],
    ["a sequence of one character", "\u009b31m", "\\u{9b}31m"],
    ["line ends", "a\r\nb\u2028c\u2029d\u0085e", "a\\u{d}\\u{a}b\\u{2028}c\\u{2029}d\\u{85}e"],
    ["overrides of the direction", "\u202ea\u2066b\u200f", "\\u{202e}a\\u{2066}b\\u{200f}"],
    ["what cannot be seen", "a\u200bb\ufeffc\u00a0d\u{e0041}", "a\\u{200b}b\\u{feff}c\\u{a0}d\\u{e0041}"],
    ["halves of letters", "a\ud800b", "a\\u{d800}b"],
    ["a nul and a tab", "a\0b\tc", "a\\u{0}b\\u{9}c"]
  ])("shows %s and does nothing", (_, text, shown) => {
    assert.strictEqual(foreignText(text), shown)
  })

  it("is left as it is where it is text", () => {
    const text = "Müller & Söhne <x> 東京 नमस्ते ✓ 😀 \"'`{}\\"
    assert.strictEqual(foreignText(text), text)
  })

  it("is cut to its length, whatever is in it", () => {
    assert.strictEqual(foreignText("a".repeat(300)), "a".repeat(300))
    assert.strictEqual(foreignText("a".repeat(301)), `${"a".repeat(299)}…`)
    assert.strictEqual(foreignText("\u001b".repeat(1_000_000), 10), "\\u{1b}\\u{…")
    assert.strictEqual(foreignText("😀".repeat(10), 4), "😀…")
  })

  it.prop("has no more than its length, and nothing but what can be seen", [Schema.String], ([text]) => {
    const shown = foreignText(text, 20)
    assert.isAtMost(shown.length, 20)
    assert.match(shown, /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]*$/u)
  })

  it("as JSON has escapes of JSON's own for what a terminal would not show", () => {
    assert.strictEqual(foreignJson({ a: "\u007f\u00a0\u{e0041}b" }), '{"a":"\\u007f\\u00a0\\udb40\\udc41b"}')
  })

  it("that are names are the first five, each cut, with how many more there are", () => {
    assert.strictEqual(foreignNames([]), "")
    assert.strictEqual(foreignNames(["a", "b\n", "c", "d", "e"]), "a, b\\u{a}, c, d, e")
    assert.strictEqual(foreignNames(["a", "b", "c", "d", "e", "f", "g"]), "a, b, c, d, e and 2 more")
    assert.strictEqual(foreignNames(["a".repeat(41)]), `${"a".repeat(39)}…`)
  })

  it("keeps a letter that stands for what cannot be read, save where the cut has made it", () => {
    assert.strictEqual(foreignText("\ufffdabcd", 4), "\ufffdab…")
  })

  it.prop("is the same value as JSON, of which a terminal shows all", [Schema.String], ([text]) => {
    const json = foreignJson({ text })
    assert.deepEqual(JSON.parse(json), { text })
    assert.match(json, /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]*$/u)
  })
})
