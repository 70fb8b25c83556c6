import { describe, expect, it } from "vitest"
import { globalReads } from "../src/internal/script/globalReads.ts"
import { makeGuards } from "../src/internal/script/isGuarded.ts"
import { readScript } from "../src/internal/script/ScriptTree.ts"

/** The unguarded reads of `Intl` in a script, by their lines. */
const linesOf = (script: string): ReadonlyArray<number | undefined> => {
  const tree = readScript(script)
  const reads = globalReads(tree)
  const isGuarded = makeGuards(tree, reads)
  return reads
    .filter(({ name }) => name === "Intl")
    .filter((read) => !isGuarded(read))
    .map(({ node }) => node.loc?.start.line)
}

describe("a name that no engine has", () => {
  it.each([
    ["by its name", "Intl.NumberFormat()"],
    ["as the build writes it", "__alga_absent_Intl.NumberFormat()"],
    ["as a value that is handed on", "export const made = [Intl]"],
    ["in a function that nobody calls", "export const f = () => Intl"],
    ["as a field", "globalThis.Intl.NumberFormat()"],
    ["as a quoted field", 'globalThis["Intl"].NumberFormat()'],
    ["as a field of a field", "globalThis.globalThis.Intl.NumberFormat()"],
    ["through a variable", "const g = globalThis; g.Intl.NumberFormat()"],
    ["through two variables", "const g = globalThis, h = g; h.Intl.NumberFormat()"],
    ["through a variable that is set later", "let g; g = globalThis; g.Intl.NumberFormat()"],
    ["by taking it out", "const { Intl: I } = globalThis; I.NumberFormat()"],
    ["by taking it out of a variable", "const g = globalThis; const { Intl } = g"],
    ["by setting from a pattern", "let I; ({ Intl: I } = globalThis)"],
    ["behind a comma", "(0, globalThis).Intl.NumberFormat()"],
    ["behind a choice", "(globalThis ?? {}).Intl.NumberFormat()"],
    ["in a function that is given all globals", "(function (root) { root.Intl.NumberFormat() })(globalThis)"],
    ["by reflection", 'Reflect.get(globalThis, "Intl").NumberFormat()'],
    ["where another name was asked for", 'typeof Map !== "undefined" && Intl.NumberFormat()'],
    ["after it was asked for and nothing followed", 'if (typeof Intl === "undefined") {}\nIntl.NumberFormat()'],
    ["as a field named by a template", "globalThis[`Intl`].NumberFormat()"],
    ["by taking it out by a template", "const { [`Intl`]: I } = globalThis; I.NumberFormat()"],
    ["where another value's field was asked for", "export const f = (c) => { if (c.Intl) return Intl.x }"],
    ["where another value's quoted field was asked for", 'export const f = (c) => c["Intl"] && Intl.x'],
    ["where a text was compared", 'export const f = (k) => (k === "Intl" ? Intl.x : 1)'],
    ["where a text was compared the other way", "export const f = (k) => { if (`Intl` != k) return 1; return Intl.x }"],
    ["where a text in a variable was compared", 'const i = "Intl"; export const f = (k) => k == i && Intl.x'],
    ["in the test itself", "if (Intl.NumberFormat) {}"]
  ])("is found %s", (_how, script) => {
    expect(linesOf(script)).toEqual([script.split("\n").length])
  })

  it.each([
    ["a type that is asked for", "typeof Intl; typeof globalThis.Intl"],
    ["a variable of that name", "const Intl = { x: 1 }; Intl.x"],
    ["a parameter of that name", "export const f = (Intl) => Intl.x"],
    ["a field of another value", "export const f = (a) => a.Intl"],
    ["a key", 'export const a = { Intl: 1, "b": "Intl" }'],
    ["a branch where it is there", 'if (typeof Intl !== "undefined") { Intl.NumberFormat() }'],
    ["a choice where it is there", 'export const a = typeof Intl === "object" ? new Intl.NumberFormat() : null'],
    ["the right side of its test", 'typeof Intl !== "undefined" && Intl.NumberFormat()'],
    ["a test that is kept in a variable", 'const has = typeof Intl !== "undefined"; if (has) Intl.NumberFormat()'],
    ["a test of the field", "if (globalThis.Intl) { Intl.NumberFormat() }"],
    ["a test by in", '"Intl" in globalThis && Intl.NumberFormat()'],
    ["a test by in, of a template", "`Intl` in globalThis && Intl.NumberFormat()"],
    ["a test by in, of a variable", 'const name = "Intl"; if (name in globalThis) Intl.NumberFormat()'],
    ["a test by a call", 'Object.hasOwn(globalThis, "Intl") && Intl.NumberFormat()'],
    ["a test through a variable", "const g = globalThis; if (g.Intl !== undefined) Intl.NumberFormat()"],
    ["a test of a field of a global", "if (window.Intl) Intl.NumberFormat()"],
    ["an early end", 'export const f = () => { if (typeof Intl === "undefined") return 1; return Intl.x }'],
    ["an optional chain", "globalThis.Intl?.NumberFormat()"],
    ["a substitute", "export const I = globalThis.Intl ?? {}"],
    ["a default", "const { Intl = {} } = globalThis"]
  ])("is no finding as %s", (_how, script) => {
    expect(linesOf(script)).toEqual([])
  })
})
