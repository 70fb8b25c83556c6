import { readdir, readFile } from "node:fs/promises"
import { assert, describe, it } from "@effect/vitest"
import { itemsOf, pageFile, updateCommand, witPage } from "../testing/WitPage.ts"

const folder = new URL("../wit/", import.meta.url)

describe("The page of the world", () => {
  it("is the one in docs/wit.md", async () => {
    const kept = await readFile(pageFile, "utf8").catch(() => "")
    assert.isTrue((await witPage()) === kept, `docs/wit.md is out of date; write it again with: ${updateCommand}`)
  })

  it("has every function, field and case of every file", async () => {
    const page = await witPage()
    for (const file of await readdir(folder)) {
      const text = await readFile(new URL(file, folder), "utf8")
      const names = [...text.matchAll(/^ +([a-z][\w-]*)(?::|,$)/gm)].map(([, name]) => name)
      for (const name of names) assert.include(page, `${name}`, file)
    }
  })

  it("has a word on every interface, function, record and enum", async () => {
    const texts = await Promise.all((await readdir(folder)).map((file) => readFile(new URL(file, folder), "utf8")))
    const silent = texts
      .flatMap(itemsOf)
      .filter(({ docs, text }) => docs === "" && !/^(use|import|package) /.test(text))
      .map(({ text }) => text)
    assert.deepEqual(silent, [])
  })

  it("refuses a line that it would leave out", () => {
    assert.throws(() => itemsOf("interface a {\n  variant b {\n  }\n}"), "variant b {")
  })
})
