import { finding } from "@alga-psa/ext-extension-build"
import { expect, it } from "vitest"
import { annotation } from "../src/internal/annotations.ts"

const one = finding({ code: "type", at: { file: "src/a.ts", line: 3, column: 5 }, text: "is wrong", remedy: "mend it" })

it("names the file as the repository does", () => {
  expect(annotation("/repo/ext", one, "/repo")).toBe(
    "::error file=ext/src/a.ts,line=3,col=5,title=alga-ext type::src/a.ts:3:5: is wrong: mend it"
  )
  expect(annotation("/elsewhere", { ...one, severity: "note" }, "/repo")).toMatch(/^::notice file=src\/a\.ts,/)
})

it("lets no text of a finding end it or begin another", () => {
  const at = { file: "src/a,line=1:b.ts" }
  const hostile = finding({ code: "type", at, text: "100%\n::set-output name=x::y\r", remedy: "mend it" })
  expect(annotation("/repo", hostile, "/repo")).toBe(
    "::error file=src/a%2Cline=1%3Ab.ts,title=alga-ext type::src/a,line=1:b.ts: 100%25\\u{a}::set-output name=x::y\\u{d}: mend it"
  )
})
