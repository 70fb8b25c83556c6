import type { SiteFacts } from "./Prepare.ts"

interface Page {
  readonly route: string
  readonly text: string
}

/** The first paragraph of a page that is no heading, table, list or picture. */
const beginningOf = (text: string): string => {
  const paragraphs = text.split(/\n{2,}/).map((one) => one.replace(/\s+/g, " ").trim())
  const first = paragraphs.find((one) => /^[\p{L}`*[]/u.test(one) && !one.startsWith("[!")) ?? ""
  return first.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
}

/** A page as a program reads it: its links are those of the finished site. */
export const withBase = (text: string, base: string): string => text.replaceAll("](/", `](${base}`)

/** The list of pages for programs that read: each with the address of its Markdown. */
export const llmsText = ({ navigation, version }: SiteFacts, pages: ReadonlyArray<Page>, base = "/"): string => {
  const about = beginningOf(pages.find(({ route }) => route === "index")?.text ?? "")
  const groups = navigation.map(({ items, text }) => {
    const lines = items.map((item) => {
      const link = item.link.endsWith("/") ? `${item.link}index` : item.link
      return `- [${item.text}](${base}${link.slice(1)}.md)${item.about === "" ? "" : `: ${item.about}`}`
    })
    return `## ${text}\n\n${lines.join("\n")}`
  })
  return `# Alga PSA extensions ${version}\n\n> ${about}\n\n${groups.join("\n\n")}\n`
}
