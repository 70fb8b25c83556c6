import { readFile } from "node:fs/promises"
import { fileURLToPath } from "node:url"
import { expect, it } from "vitest"
import { type GlobalOrigin, globals, missingGlobals } from "../src/Globals.ts"

const page = fileURLToPath(new URL("../../../docs/handlers.md", import.meta.url))
const [start, end] = ["<!-- globals -->\n", "<!-- /globals -->"]

const titles: Readonly<Record<GlobalOrigin, string>> = {
  engine: "the engine's",
  replaced: "the SDK's own, in every component",
  added: "the SDK's own, where the code uses them"
}

const code = (names: ReadonlyArray<string>) => names.map((name) => `\`${name}\``).join(", ")
const rows = (lines: ReadonlyArray<readonly [string, string]>) =>
  lines.map((cells) => `| ${cells.join(" | ")} |\n`).join("")

const table = () => {
  const there = Object.entries(titles).map(
    ([origin, title]) => [title, code(Object.keys(globals).filter((name) => globals[name] === origin))] as const
  )
  const bySubstitute = Map.groupBy(Object.keys(missingGlobals), (name) => missingGlobals[name] ?? "")
  const absent = [...bySubstitute].map(([substitute, names]) => [code(names), substitute] as const)
  return [
    `\n| where they are from | globals |\n| --- | --- |\n${rows(there)}`,
    `\n| not there | use |\n| --- | --- |\n${rows(absent)}\n`
  ].join("")
}

it("stands in the guide to handlers, as both engines have it", async () => {
  const text = await readFile(page, "utf8")
  const [before = "", , after = ""] = [text.split(start)[0], "", text.split(end)[1]]
  await expect(before + start + table() + end + after).toMatchFileSnapshot(page)
})
