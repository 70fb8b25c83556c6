import { existsSync } from "node:fs"
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { blocksOf } from "../src/documents/Blocks.ts"
import { claimsOf, testsOf, unheldClaims } from "../src/documents/Claims.ts"
import { commentsOf, textsOf } from "../src/documents/Comments.ts"
import { deadLinks } from "../src/documents/Links.ts"
import { type Page, pages, root, sourceFiles } from "../src/documents/Pages.ts"
import { unproved } from "../src/documents/Proofs.ts"
import { riddlesIn, riddlesInNames, riddlesOf } from "../src/documents/Riddles.ts"
import { meanWords, sentencesOf } from "../src/documents/Sentences.ts"
import { shownCommands } from "../src/documents/ShownCommands.ts"
import { publishedPackages } from "../src/release/Packages.ts"

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

  it("lead to a reference that has each package, under the names that are imported", async () => {
    const settings = JSON.parse(await readFile(join(root, "docs/typedoc.json"), "utf8")) as {
      readonly entryPoints: ReadonlyArray<string>
    }
    const entries = settings.entryPoints.map((entry) => join(root, "docs", entry))
    const published = await publishedPackages()
    const named = published.flatMap(({ manifest, path }) => {
      const exported = Object.entries((manifest.exports ?? {}) as Readonly<Record<string, unknown>>)
      return entries
        .filter((entry) => entry.startsWith(`${path}/`))
        .map((entry) => {
          const file = `.${entry.slice(path.length)}`
          const [key = file.replace("./src/", "./").replace(".ts", "")] = exported.find(([, to]) => to === file) ?? []
          return { entry, name: `${manifest.name}${key.slice(1)}` }
        })
    })
    assert.lengthOf(named, entries.length)
    for (const { entry, name } of named) {
      assert.match(await readFile(entry, "utf8"), new RegExp(`^ \\* @module ${name}$`, "m"))
    }
    const withIndex = published.filter(({ path }) => existsSync(join(path, "src/index.ts")))
    assert.deepEqual(
      withIndex
        .filter(({ path }) => !entries.includes(join(path, "src/index.ts")))
        .map(({ manifest }) => manifest.name),
      []
    )
  })

  it("introduce each package on at most 30 lines", () => {
    const long = all
      .filter(({ path }) => /^packages\/[\w-]+\/README\.md$/.test(path))
      .filter(({ text }) => text.trimEnd().split("\n").length > 30)
      .map(({ path }) => path)
    assert.deepEqual(long, [])
  })
})

const written = all.filter(({ path }) => !path.startsWith(".changeset/"))

describe("The sentences of the pages", () => {
  it("have at most 35 words", () => {
    const long = all.flatMap((it) =>
      sentencesOf(it)
        .filter(({ words }) => words > 35)
        .map(({ text, words }) => `${it.path}: ${words} words: ${text}`)
    )
    assert.deepEqual(long, [])
  })

  it("have at most 15 words on average, in each page", () => {
    const heavy = written
      .map((it) => [it.path, meanWords(sentencesOf(it))] as const)
      .filter(([, mean]) => mean > 15)
      .map(([path, mean]) => `${path}: ${mean.toFixed(1)} words`)
    assert.deepEqual(heavy, [])
  })

  it("use no word of the list of riddles, nor do the comments and messages of the sources", async () => {
    assert.deepEqual(riddlesIn("Values that\n * are none come in vain."), [
      '"in vain": unused, or: without success',
      '"that are none": invalid, or: not one'
    ])
    assert.deepEqual(all.flatMap(riddlesOf), [])
    const sources = await sourceFiles()
    assert.isAbove(sources.length, 500)
    assert.deepEqual(sources.flatMap(riddlesOf), [])
    assert.deepEqual(riddlesInNames("const told = 1\nfunction within() {}"), ["told", "within"])
    assert.deepEqual(
      sources.flatMap(({ path, text }) => riddlesInNames(text).map((name) => `${path}: ${name}`)),
      []
    )
  })

  it("are told apart, and counted without links, code blocks and headings", () => {
    const text =
      "# A heading of some words\n\nOne two three. Four [five six](seven.md) `eight`:\n\n- nine ten eleven\n\n```sh\na b c d\n```\n"
    assert.deepEqual(
      sentencesOf(page(text)).map(({ words }) => words),
      [3, 4, 3]
    )
  })
})

describe("The sentences of the sources", () => {
  it("have at most 35 words, in comments, help and messages", async () => {
    const long = (await sourceFiles()).flatMap((source) =>
      [commentsOf(source), textsOf(source)]
        .flatMap(sentencesOf)
        .filter(({ words }) => words > 35)
        .map(({ text, words }) => `${source.path}: ${words} words: ${text}`)
    )
    assert.deepEqual(long, [])
  })

  it("are told apart in comments, which begin a line, and in texts, and not in code", () => {
    const source = page(
      '/**\n * One two\n * three. Four five six.\n *\n * @param a - seven eight\n */\nconst a = "nine ten eleven" // x y z\n// A b c\n// d.\nconst b = `k l m n`\n'
    )
    assert.deepEqual(
      sentencesOf(commentsOf(source)).map(({ text }) => text),
      ["One two three.", "Four five six.", "@param a - seven eight", "A b c d."]
    )
    assert.deepEqual(
      sentencesOf(textsOf(source)).map(({ text }) => text),
      ["nine ten eleven", "k l m n"]
    )
  })
})

describe("The decisions", () => {
  it("say when they were made and whether they stand", () => {
    const undated = all
      .filter(({ path }) => path.startsWith("docs/decisions/"))
      .filter(({ text }) => !/^# .*\n\n_\d{4}-\d\d-\d\d\. (Stands|Superseded by \[.*)\._$/m.test(text))
      .map(({ path }) => path)
    assert.deepEqual(undated, [])
  })
})

describe("The page on security", () => {
  it("names for each claim a test that is there", async () => {
    const security = all.filter(({ path }) => path === "docs/security.md")
    assert.isAbove(security.flatMap(claimsOf).length, 50)
    assert.deepEqual((await Promise.all(security.map((it) => unheldClaims(it)))).flat(), [])
  })
})

describe("The promise of an update", () => {
  it.each(["README.md", "docs/security.md"])("is in %s, word for word", (path) => {
    const text = all.find((it) => it.path === path)?.text.replace(/\s+/g, " ") ?? ""
    assert.include(text, "An update runs under the old grants until somebody grants more.")
  })
})

describe("The page on backups", () => {
  it("names and dumps each schema that the packages make", async () => {
    const sources = (await sourceFiles()).map(({ text }) => text).join("\n")
    const schemas = Array.from(
      sources.matchAll(/\bCREATE SCHEMA (?:\$\{(\w+)\}|(\w+))/g),
      ([, constant, name]) => name ?? new RegExp(`\\b${constant} = "(\\w+)"`).exec(sources)?.[1] ?? `${constant}`
    )
    assert.isAtLeast(schemas.length, 3)
    const backup = all.find(({ path }) => path === "docs/backup.md")?.text ?? ""
    for (const schema of schemas) {
      assert.include(backup, `| the schema \`${schema}\` |`)
      assert.include(backup, ` --schema=${schema} `)
    }
  })
})

describe("The acceptance map", () => {
  const map = all.filter(({ path }) => path === "docs/acceptance.md")
  const rows = map.flatMap(claimsOf).filter(({ text }) => text.startsWith("|"))

  it("names for each requirement a test that is there", async () => {
    assert.isAbove(rows.length, 50)
    assert.isAtMost(rows.length, 60)
    assert.deepEqual((await Promise.all(map.map((it) => unheldClaims(it, rows)))).flat(), [])
  })

  it("names no test that is skipped", async () => {
    const tests = new Set(map.flatMap((it) => rows.flatMap((row) => testsOf(it, row))))
    const skips = /\.(skip|todo|only|fails|skipIf|runIf)\b|\bctx\.skip/
    for (const test of tests) assert.notMatch(await readFile(join(root, test), "utf8"), skips, test)
  })
})

describe("A claim", () => {
  const test = "[`documents.test.ts`](../checks/test/documents.test.ts)"

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

describe("A block of code", () => {
  it.each([
    ["indented", "  ```sh\n  true\n  ```\n"],
    ["of tildes", "~~~sh\ntrue\n~~~\n"],
    ["without a language", "```\ntrue\n```\n"],
    ["never closed", "```sh\ntrue\n"]
  ])("is refused where it is %s, since nobody would run it", (_how, text) => {
    assert.throws(() => blocksOf(page(text)), /^docs\/page\.md/)
  })

  it("is unproved in a language or on a page that no test takes", () => {
    const texts = ["```python\nprint(1)\n```\n", "```ts\nconst a = 1\n```\n"]
    assert.lengthOf(unproved(texts.map(page)), 2)
    assert.deepEqual(unproved([page("```sh\ntrue\n```\n"), { path: "README.md", text: texts[1] ?? "" }]), [])
  })
})
