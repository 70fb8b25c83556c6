import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { benchesWrite, unwritten, writesOf } from "../src/documents/BenchShape.ts"
import { blocksOf } from "../src/documents/Blocks.ts"
import { claimsOf, unheldClaims } from "../src/documents/Claims.ts"
import { commandRules } from "../src/documents/CommandRules.ts"
import { linesOf, namedCommands, shellBlocks } from "../src/documents/Commands.ts"
import { wrongInSequence } from "../src/documents/Diagram.ts"
import { deadLinks } from "../src/documents/Links.ts"
import { type Page, pages, root } from "../src/documents/Pages.ts"
import { blocksFor, proofs, unproved } from "../src/documents/Proofs.ts"
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

  it("have no block of code that nothing proves", () => {
    assert.deepEqual(
      unproved(all).map(({ language, line, page }) => `${page}:${line}: nothing proves this block of ${language}`),
      []
    )
  })

  it("are proved by tests that run, or by what `.ci/run` calls", async () => {
    const ci = await readFile(join(root, ".ci/run"), "utf8")
    const { scripts } = JSON.parse(await readFile(join(root, "package.json"), "utf8"))
    for (const { by, covers, how } of proofs) {
      await readFile(join(root, by))
      const script = Object.keys(scripts).find((name) => scripts[name] === `node ${by}`)
      const called = script !== undefined && ci.includes(`npx --yes pnpm@12 ${script}\n`)
      assert.isTrue(called || /^(packages\/[\w-]+|checks)\/test\/\w+(\.\w+)?\.test\.ts$/.test(by), by)
      assert.isTrue(
        all.some((one) => blocksOf(one).some((block) => covers(block, one))),
        `${by} ${how}, and there is no such block`
      )
    }
  })

  it("show a command for each rule that says how one is proved", () => {
    const lines = [...all.flatMap(shellBlocks).flatMap(linesOf), ...all.flatMap(namedCommands)]
    const idle = commandRules.filter(({ line }) => !lines.some((one) => line.test(one))).map(({ line }) => line.source)
    assert.deepEqual(idle, [])
  })

  it("have diagrams that can be read, of parts that are there", async () => {
    const diagrams = blocksFor("checks/test/documents.test.ts", all, "mermaid")
    assert.isNotEmpty(diagrams)
    for (const { text } of diagrams) assert.deepEqual(await wrongInSequence(text), [])
  })

  it("show tables whose titles and columns a bench prints", async () => {
    const writes = await benchesWrite()
    const tables = blocksFor("checks/test/documents.test.ts", all, "text")
    assert.isNotEmpty(tables)
    for (const { line, page, text } of tables) assert.deepEqual(unwritten(text, writes), [], `${page}:${line}`)
  })

  it("introduce each package on at most 30 lines", () => {
    const long = all
      .filter(({ path }) => /^packages\/[\w-]+\/README\.md$/.test(path))
      .filter(({ text }) => text.trimEnd().split("\n").length > 30)
      .map(({ path }) => path)
    assert.deepEqual(long, [])
  })
})

describe("The page on security", () => {
  it("names for each claim a test that is there", async () => {
    const security = all.filter(({ path }) => path === "docs/security.md")
    assert.isAbove(security.flatMap(claimsOf).length, 50)
    assert.deepEqual((await Promise.all(security.map(unheldClaims))).flat(), [])
  })
})

describe("A claim", () => {
  const test = "[`documents.test.ts`](../checks/test/documents.test.ts)"

  it("is a paragraph, an item of a list or a row of a table", () => {
    const text = [
      "# Title\n\nOne that has\ntwo lines.\n",
      "- An item\n  with more.\n1. Another.\n",
      "| a | b |\n| --- | --- |\n| row | 1 |\n| row | 2 |\n",
      "```sh\ncommand\n\nanother\n```\nAfter it."
    ].join("\n")
    assert.deepEqual(
      claimsOf(page(text)).map(({ line, text }) => `${line} ${text}`),
      [
        "3 One that has two lines.",
        "6 - An item with more.",
        "8 1. Another.",
        "12 | row | 1 |",
        "13 | row | 2 |",
        "20 After it."
      ]
    )
  })

  it("is none in a section that says that no test holds it, down to the next of its level", () => {
    const text =
      "Before.\n\n## A (not held by tests)\n\nx\n- y\n\n| z |\n| --- |\n| z |\n\n### Below\n\nx\n\n## B\n\nAfter.\n\n### C (not held by tests)\n\nx\n\n### D\n\nLast."
    assert.deepEqual(
      claimsOf(page(text)).map(({ text }) => text),
      ["Before.", "After.", "Last."]
    )
  })

  it("is held where it names a test, and not where one of those that it names is not there", async () => {
    assert.deepEqual(await unheldClaims(page(`One. ${test}\n- Two. ${test}, ${test}`)), [])
    const absent = "[`absent.test.ts`](../checks/test/absent.test.ts)"
    assert.deepEqual(await unheldClaims(page(`One. ${test}, ${absent}\n- Two.\n- Three. \`documents.test.ts\``)), [
      "docs/page.md:1: ../checks/test/absent.test.ts is no test",
      "docs/page.md:2: names no test",
      "docs/page.md:3: names no test"
    ])
  })

  it.each([
    ["another name", "[`other.test.ts`](../checks/test/documents.test.ts)"],
    ["no test of the workspace's", "[`greet.test.ts`](../checks/test/fixtures/greet.test.ts)"],
    ["a folder", "[`test.test.ts`](../checks/test)"]
  ])("is not held by %s", async (_what, wrong) => {
    assert.lengthOf(await unheldClaims(page(`One. ${wrong}`)), 1)
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

describe("A block of code", () => {
  it("is found with its place, its language and what stands behind it", () => {
    assert.deepEqual(blocksOf(page("# Title\n\n```sh fails\nfalse\n```\n")), [
      { page: "docs/page.md", line: 3, language: "sh", info: "fails", text: "false\n" }
    ])
  })

  it.each([
    ["indented", "  ```sh\n  true\n  ```\n"],
    ["of tildes", "~~~sh\ntrue\n~~~\n"],
    ["without a language", "```\ntrue\n```\n"],
    ["never closed", "```sh\ntrue\n"]
  ])("is refused where it is %s, since nobody would run it", (_how, text) => {
    assert.throws(() => blocksOf(page(text)), /^docs\/page\.md/)
  })

  it("is unproved in a language or on a page that no test takes", () => {
    const texts = ["```python\nprint(1)\n```\n", "```ts\nconst a = 1\n```\n", "```text\nany words\n```\n"]
    assert.lengthOf(unproved(texts.map(page)), 3)
    assert.deepEqual(unproved([page("```sh\ntrue\n```\n"), { path: "README.md", text: texts[1] ?? "" }]), [])
  })
})

describe("A table", () => {
  const text = "Gets at 16 callers (ms)\nby     median   p99\n-----  ------  ----\nours     0.20  0.64\n"

  const code = (what: string, figure: string) =>
    `const columns = ["by", "${figure}", "p99"]\nconst title = \`${what} at \${callers} callers (ms)\``

  it("is printed where its title and every column is a text of the code, whatever stands in the gaps", () => {
    assert.deepEqual(unwritten(text, writesOf([code("Gets", "median")])), [])
  })

  it("is not where the code has another title or column", () => {
    assert.deepEqual(unwritten(text, writesOf([code("Lists", "mean")])), ["Gets at 16 callers (ms)", "median"])
  })
})

describe("A diagram", () => {
  it.each([
    ["a part that is not there", "participant A as domain: Nothing\n  A->>A: x", "domain has no Nothing"],
    ["a package that is not there", "participant A as nowhere\n  A->>A: x", "there is no package nowhere"],
    ["a part that says nothing", "participant A as caller (any)", "caller (any) neither asks nor answers"],
    ["an arrow to nobody", "participant A as domain\n  A->>B: x", "B is not named"],
    ["a line that is none", "participant A as domain\n  A->>A: x\n  A-B", "no line of a sequence diagram:   A-B"]
  ])("is wrong with %s", async (_what, lines, why) => {
    assert.deepEqual(await wrongInSequence(`sequenceDiagram\n  ${lines}\n`), [why])
  })
})
