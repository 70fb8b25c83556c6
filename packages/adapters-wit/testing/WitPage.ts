import { readFile } from "node:fs/promises"
import { resources } from "@alga-psa/ext-domain"

/** The command that writes the page again. */
export const updateCommand = "npx --yes pnpm@12 docs:wit"

/** Where the page is kept. */
export const pageFile = new URL("../../../docs/wit.md", import.meta.url)

const folder = new URL("../wit/", import.meta.url)

/** In the order of the page: what this project is about comes first. */
const files = [
  ...["world", ...resources.map(({ name }) => name), "context", "user", "logging"],
  ...["http", "storage", "secrets", "scheduler", "invoicing", "ui-proxy", "types"]
]

interface Member {
  readonly text: string
  readonly docs: string
}

interface Item extends Member {
  readonly members: ReadonlyArray<Member>
}

/** A line of a file that is neither documentation nor part of an item known here: the page would leave it out. */
class UnknownLine extends Error {
  override readonly name = "UnknownLine"
}

const opens = /^(package .*;|interface [\w-]+ \{|world [\w-]+ \{|record [\w-]+ \{|enum [\w-]+ \{)$/
const stands = /^((use|import|export) .*;|[\w-]+: func\(.*\).*;)$/
const member = /^[\w-]+(: .*)?,$/

/** The items of a file in order, each with its documentation; fields and cases are members of theirs. */
export const itemsOf = (wit: string): ReadonlyArray<Item> => {
  const items: Array<{ text: string; docs: string; members: Array<Member> }> = []
  let docs: Array<string> = []
  const taken = () => {
    const text = docs.join("\n").trim()
    docs = []
    return text
  }
  const lines = wit.replace(/use ([\w-]+)\.\{[^}]*\};/g, "use $1.{};").split("\n")
  for (const line of lines.map((it) => it.trim())) {
    if (line.startsWith("///")) docs.push(line.slice(3).replace(/^ /, ""))
    else if (opens.test(line) || stands.test(line)) items.push({ text: line, docs: taken(), members: [] })
    else if (member.test(line)) items.at(-1)?.members.push({ text: line.slice(0, -1), docs: taken() })
    else if (line !== "" && line !== "}") throw new UnknownLine(line)
  }
  return items
}

const cell = (text: string) => text.replaceAll("\n", " ").replaceAll("|", "\\|")

const table = (first: string, members: ReadonlyArray<Member>) =>
  first === "case"
    ? ["| case | means |", "| --- | --- |", ...members.map(({ docs, text }) => `| \`${text}\` | ${cell(docs)} |`)]
    : [
        "| field | type | |",
        "| --- | --- | --- |",
        ...members.map(({ docs, text }) => {
          const [name, type] = text.split(": ")
          return `| \`${name}\` | \`${type}\` | ${cell(docs)} |`
        })
      ]

const rendered = ({ docs, members, text }: Item): ReadonlyArray<string> => {
  const [kind = "", name = ""] = text.split(/[\s:]+/)
  if (kind === "use" || kind === "import") return []
  if (kind === "package") return [docs, ""]
  if (kind === "interface") return [`## ${name}`, "", docs, ""]
  if (kind === "world") return [`## The world \`${name}\``, "", docs, ""]
  if (kind === "record" || kind === "enum") {
    return [`### ${name}`, "", docs, "", ...table(kind === "enum" ? "case" : "field", members), ""].filter(
      (line, at, all) => line !== "" || all[at - 1] !== ""
    )
  }
  return [`### ${kind === "export" ? name : kind}`, "", "```wit", text, "```", "", docs, ""]
}

/** The page of the whole world, from its WIT files. */
export const witPage = async (): Promise<string> => {
  const texts = await Promise.all(files.map((file) => readFile(new URL(`${file}.wit`, folder), "utf8")))
  const lines = texts.flatMap((text) => itemsOf(text).flatMap(rendered))
  return [
    "# The world of an extension: `alga:extension/runner`",
    "",
    `Made from [the WIT files](../packages/adapters-wit/wit) by \`${updateCommand}\`.`,
    "",
    ...lines
  ]
    .join("\n")
    .replace(/\n{3,}/g, "\n\n")
    .trimEnd()
    .concat("\n")
}
