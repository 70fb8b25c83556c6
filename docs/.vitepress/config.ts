import { readFileSync } from "node:fs"
import { defineConfig } from "vitepress"
import { anchorOf } from "../site/Anchors.ts"
import { finished, prepared } from "../site/Paths.ts"
import type { SiteFacts } from "../site/Prepare.ts"

const { navigation, version }: SiteFacts = JSON.parse(readFileSync(`${prepared}site.json`, "utf8"))

const collapsed: ReadonlySet<string> = new Set(["Decisions", "Packages"])

const sidebar = navigation.map(({ items, text }) => ({
  text,
  collapsed: collapsed.has(text),
  items: items.map((item) => ({ text: item.text, link: item.link }))
}))

const first = (group: string): string => navigation.find(({ text }) => text === group)?.items[0]?.link ?? "/"

export default defineConfig({
  title: "Alga PSA extensions",
  description: "Typed host reads for extensions of Alga PSA",
  base: process.env["DOCS_BASE"] ?? "/",
  srcDir: prepared,
  outDir: finished,
  cacheDir: `${prepared}../vitepress`,
  cleanUrls: true,
  appearance: true,
  markdown: {
    html: false,
    anchor: { slugify: anchorOf },
    toc: { slugify: anchorOf },
    languageAlias: { wit: "rust" },
    config: (markdown) => {
      // Pages are Markdown and nothing else: two braces in a text are no expression of the site's.
      const { text } = markdown.renderer.rules
      markdown.renderer.rules.text = (...args) =>
        (text?.(...args) ?? markdown.utils.escapeHtml(args[0][args[1]]?.content ?? "")).replaceAll("{{", "&#123;&#123;")
    }
  },
  themeConfig: {
    siteTitle: `Alga PSA extensions ${version}`,
    search: {
      provider: "local",
      // The index is loaded whole: the statements would be most of it.
      options: {
        miniSearch: {
          searchOptions: { boostDocument: (id: string) => (id.includes("/reference/api/") ? 0.2 : 1) }
        },
        _render: (source, env, markdown) => {
          if (env.relativePath === "reference/statements.md") return ""
          const { highlight } = markdown.options
          // A search needs no colours, which take most of the time.
          markdown.options.highlight = null
          try {
            return markdown.render(source, env)
          } finally {
            markdown.options.highlight = highlight
          }
        }
      }
    },
    outline: [2, 3],
    nav: [
      { text: "Write", link: first("Write an extension") },
      { text: "Run", link: first("Run it") },
      { text: "Reuse", link: first("Reuse the reads") },
      { text: "Review", link: first("Review it") },
      { text: "Change", link: first("Change it") },
      { text: "Reference", link: first("Reference") }
    ],
    sidebar: [
      {
        text: "Start",
        items: [
          { text: "What it is", link: "/" },
          { text: "All pages", link: "/overview" }
        ]
      },
      ...sidebar
    ]
  }
})
