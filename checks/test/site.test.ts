import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { assert, describe, it } from "vitest"
import { anchorOf } from "../../docs/site/Anchors.ts"
import { deadSiteLinks } from "../../docs/site/Check.ts"
import { withPlainFences } from "../../docs/site/Fences.ts"
import { withSiteLinks } from "../../docs/site/Links.ts"
import { llmsText } from "../../docs/site/Llms.ts"
import { navigationOf } from "../../docs/site/Navigation.ts"
import { withMendedAnchors } from "../../docs/site/reference/Api.ts"
import { errorsPage } from "../../docs/site/reference/Errors.ts"
import { httpPage } from "../../docs/site/reference/Http.ts"
import { metricsPage } from "../../docs/site/reference/Metrics.ts"
import { settingsPage } from "../../docs/site/reference/Settings.ts"
import { worldPage } from "../../docs/site/reference/World.ts"
import { routeOf, sources } from "../../docs/site/Sources.ts"
import { pages } from "../src/documents/Pages.ts"

describe("The pages of the site", () => {
  it("are those of the repository, each at an address of its own", async () => {
    const found = await sources()
    const routes = found.map(routeOf)
    assert.includeMembers(routes, ["index", "overview", "contributing", "guides/write-a-page", "packages/domain"])
    assert.strictEqual(new Set(routes).size, routes.length)
  })

  it("are there where the list by role names them", async () => {
    const found = await sources()
    const overview = (await pages()).find(({ path }) => path === "docs/README.md")?.text ?? ""
    const groups = navigationOf(withSiteLinks("docs/README.md", overview, { pages: new Set(found), files: null }))
    const listed = groups.flatMap(({ items }) => items.map(({ link }) => link))
    assert.deepEqual(
      groups.map(({ text }) => text),
      ["Write an extension", "Run it", "Reuse the reads", "Review it", "Change it"]
    )
    assert.includeMembers(
      found.map((path) => `/${routeOf(path)}`),
      listed
    )
    assert.isAbove(listed.length, 20)
  })

  it.each([
    ["to another page", "docs/guides/a.md", "[a](../security.md#b)", "[a](/security#b)"],
    ["to the front page", "docs/a.md", "[a](../README.md)", "[a](/)"],
    ["to a package", "docs/a.md", "[a](../packages/domain)", "[a](/packages/domain)"],
    ["to a picture", "README.md", "![a](docs/images/a.png)", "![a](/images/a.png)"],
    [
      "of a picture to a page",
      "README.md",
      "[![a](docs/images/a.png)](docs/security.md)",
      "[![a](/images/a.png)](/security)"
    ],
    [
      "to a file",
      "docs/a.md",
      "[`a`](../packages/domain/src/Page.ts)",
      "[`a`](https://files.example/v1/packages/domain/src/Page.ts)"
    ],
    ["to elsewhere", "docs/a.md", "[a](https://example.com) [b](#c)", "[a](https://example.com) [b](#c)"],
    ["whose words go on in the next line", "README.md", "[a\nb](docs/security.md)", "[a\nb](/security)"],
    ["in code", "docs/a.md", "```md\n[a](security.md)\n```", "```md\n[a](security.md)\n```"]
  ])("have their links %s", (_, source, text, expected) => {
    const known = new Set(["README.md", "docs/security.md", "packages/domain/README.md"])
    assert.strictEqual(withSiteLinks(source, text, { pages: known, files: "https://files.example/v1/" }), expected)
  })

  it("keep the words of a link to a file where the repository has no address", () => {
    const text = withSiteLinks("docs/a.md", "[`Page`](../packages/domain/src/Page.ts)", {
      pages: new Set(),
      files: null
    })
    assert.strictEqual(text, "`Page`")
  })

  it("name the file that a block of code is", () => {
    assert.strictEqual(
      withPlainFences("```ts src/a.ts\nx\n```\n\n```sh fails\nfalse\n```\n\n```mermaid\na\n```\n"),
      "`src/a.ts`\n\n```ts\nx\n```\n\n```sh\nfalse\n```\n\n```txt\na\n```\n"
    )
  })

  it("show no mark of what a program writes, and every other comment", () => {
    const rows = "| a |\n| --- |\n| b |\n"
    const other = "a <!-- b -->\n\n<!-- two words -->\n"
    assert.strictEqual(
      withPlainFences(`<!-- globals -->\n\n${rows}\n<!-- /globals -->\n\n${other}`),
      `\n${rows}\n\n${other}`
    )
  })

  it("have the anchors that the repository gives them", () => {
    assert.strictEqual(anchorOf("How to read this page (not held by tests)"), "how-to-read-this-page-not-held-by-tests")
    assert.strictEqual(anchorOf("`alga-ext` & [more](a.md)"), "alga-ext--more")
  })

  it("are told to programs that read, each with its Markdown", () => {
    const item = { text: "Security", link: "/security", about: "what is stopped" }
    const facts = { version: "1.2.3", navigation: [{ text: "Review it", items: [item] }] }
    assert.strictEqual(
      llmsText(facts, [{ route: "index", text: "# Title\n\nOne [sentence](a.md).\n\nMore." }]),
      "# Alga PSA extensions 1.2.3\n\n> One sentence.\n\n## Review it\n\n- [Security](/security.md): what is stopped\n"
    )
  })
})

describe("The reference of the site", () => {
  it.each([
    ["every setting", settingsPage, ["`DATABASE_URL`", "`EXT_EGRESS_ALLOWLIST`", "must be set"]],
    ["every metric", metricsPage, ["`alga_extension_host_calls_total`", "`alga_extension_executions_in_flight`"]],
    ["every error", errorsPage, ["`execute_failed`", "`memory-limit`", "`memoryMb`"]],
    ["every route", httpPage, ["## POST /v1/execute", "`context.tenant_id`", "## GET /healthz"]],
    ["the world", worldPage, ["## world", "## clients-v2", "list-clients: func"]]
  ])("is made from the code: %s", async (_, page, expected) => {
    const text = await page()
    for (const part of expected) assert.include(text, part)
  })

  it("describes each metric that it finds", async () => {
    const rows = (await metricsPage()).split("\n").filter((line) => line.startsWith("| `alga"))
    assert.isAbove(rows.length, 20)
    for (const row of rows) assert.match(row, /^\| `[a-z_]+` \| \w+ \| \S.* \|$/)
  })
})

describe("The reference of types", () => {
  it("has links to the headings that the page has", () => {
    const text = "### HostError\n\n[a](#hosterror-2) [b](#hosterror) [c](#page-1)\n\n### Page 1\n"
    assert.strictEqual(withMendedAnchors(text), text.replace("hosterror-2", "hosterror"))
  })
})

describe("The links of a finished site", () => {
  const check = async (files: Readonly<Record<string, string>>, base = "/") => {
    const folder = await mkdtemp(join(tmpdir(), "alga-site-"))
    try {
      for (const [name, text] of Object.entries(files)) {
        await mkdir(dirname(join(folder, name)), { recursive: true })
        await writeFile(join(folder, name), text)
      }
      return await deadSiteLinks(folder, base)
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }
  const link = (to: string) => `<a class="x" href="${to}">x</a>`

  it("lead to pages, headings and files that are there", async () => {
    const there = ["/a", "a#b", "/guides/#c", "/llms.txt", "https://example.com", "#b"].map(link).join("")
    const files = { "a.html": `<h2 id="b">${there}`, "guides/index.html": '<h2 id="c">', "llms.txt": "" }
    assert.deepEqual(await check(files), [])
  })

  it("are dead where a page, a heading or a file is not there", async () => {
    const dead = ["/none", "a#none", "/guides/", "/none.txt"]
    assert.deepEqual(
      await check({ "a.html": dead.map(link).join("") }),
      dead.map((to) => `/a.html: ${to}`)
    )
  })

  it("are dead where they leave the base that the site is served from", async () => {
    const text = ["/docs/a", "/a"].map(link).join("")
    assert.deepEqual(await check({ "a.html": text }, "/docs/"), ["/a.html: /a"])
  })
})
