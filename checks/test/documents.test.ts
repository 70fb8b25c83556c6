import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { deadLinks } from "../src/documents/Links.ts"
import { type Page, pages, root } from "../src/documents/Pages.ts"
import { shownCommands } from "../src/documents/ShownCommands.ts"

const all = await pages()

const page = (text: string): Page => ({ path: "docs/page.md", text })

describe("The pages", () => {
  it("are found in every part of the workspace", () => {
    const paths = all.map(({ path }) => path)
    for (const path of [
      "README.md",
      "docs/security.md",
      "docs/decisions/connections.md",
      "packages/domain/README.md"
    ]) {
      assert.include(paths, path)
    }
  })

  it("have no link that leads nowhere", async () => {
    assert.deepEqual((await Promise.all(all.map((it) => deadLinks(it, all)))).flat(), [])
  })

  it("name no script that the workspace lacks", async () => {
    const manifest = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as {
      readonly scripts: Readonly<Record<string, string>>
    }
    const own = new Set(["exec", "install", ...Object.keys(manifest.scripts)])
    const unknown = all
      .flatMap(shownCommands)
      .filter(({ words }) => words[0] === "npx" && words[1] === "pnpm@12")
      .filter(({ words }) => !own.has(words[2] ?? ""))
      .map(({ page, words }) => `${page}: ${words.join(" ")}`)
    assert.deepEqual(unknown, [])
  })

  it("introduce each package on at most 30 lines", () => {
    const long = all
      .filter(({ path }) => /^packages\/[\w-]+\/README\.md$/.test(path))
      .filter(({ text }) => text.trimEnd().split("\n").length > 30)
      .map(({ path }) => path)
    assert.deepEqual(long, [])
  })
})

describe("A link", () => {
  it("is dead where its file or its heading is not there", async () => {
    const text = "# One `code` & more\n[a](page.md#one-code--more) [b](nothing.md) [c](#two) [d](https://example.com/x)"
    assert.deepEqual(await deadLinks(page(text), [page(text)]), [
      "docs/page.md: page.md#one-code--more",
      "docs/page.md: nothing.md",
      "docs/page.md: #two"
    ])
  })
})

describe("A shown command", () => {
  it("is read without its settings, remarks and values", () => {
    const text =
      '```sh\nrun="node main.ts"\n# first\nA=1 $run db plan --name x --apply   # why\nnpx --yes pnpm@12 test\n```\n'
    assert.deepEqual(shownCommands(page(text)), [
      { page: "docs/page.md", words: ["node", "main.ts", "db", "plan"], options: ["--name", "--apply"] },
      { page: "docs/page.md", words: ["npx", "pnpm@12", "test"], options: [] }
    ])
  })
})
