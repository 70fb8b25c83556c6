import { describe, expect, it } from "vitest"
import { invalid } from "../src/ExtensionInvalid.ts"
import { finding } from "../src/Finding.ts"
import { plainJson, plainLine } from "../src/PlainLine.ts"

describe("a line for the terminal", () => {
  it("keeps letters of all languages, quotes and signs", () => {
    for (const text of ['src/handler.ts:1:2: it\'s "so"', "Ünïcödé 日本語 ✓ 👍 \\u{1b}"])
      expect(plainLine(text)).toBe(text)
  })

  it.each([
    ["an escape", "\u001b[2J", "\\u{1b}[2J"],
    ["an escape in one byte", "\u009b2J", "\\u{9b}2J"],
    ["a new line", "a\r\nalga-ext: Ready", "a\\u{d}\\u{a}alga-ext: Ready"],
    ["a line separator", "a\u2028b\u2029c", "a\\u{2028}b\\u{2029}c"],
    ["a change of direction", "a\u202eb\u2066c", "a\\u{202e}b\\u{2066}c"],
    ["letters that nobody sees", "a\u200bb\u{e0041}", "a\\u{200b}b\\u{e0041}"],
    ["half a letter", "a\ud800b", "a\\u{d800}b"]
  ])("shows %s as its number", (_what, text, shown) => {
    expect(plainLine(text)).toBe(shown)
    expect(JSON.parse(plainJson({ text }))).toEqual({ text })
    expect(plainJson({ text })).toMatch(/^[\x20-\x7e]*$/)
  })

  it("has a bound, and so has the list of what is wrong", () => {
    expect(plainLine("x".repeat(1_000))).toHaveLength(1_000)
    expect(plainLine("x".repeat(1_000_000))).toHaveLength(1_001)
    const problems = Array.from({ length: 1_000 }, (_, at) =>
      finding({ code: "syntax", at: { file: `a${at}` }, text: "is\nwrong", remedy: "mend it" })
    )
    const lines = invalid(...problems).message.split("\n")
    expect(lines).toHaveLength(51)
    expect(lines[0]).toBe("a0: is\\u{a}wrong: mend it")
    expect(lines[50]).toBe("and 950 more")
    expect(invalid(...problems.slice(0, 50)).message.split("\n")).toHaveLength(50)
  })
})
