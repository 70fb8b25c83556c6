import type { Node } from "jsonc-parser"
import type { Mend } from "./Finding.ts"
import { readManifestJson } from "./internal/manifestJson.ts"

const normal = (name: unknown): string => String(name).trim().toLowerCase()

const endOf = ({ length, offset }: Node): number => offset + length

const cut = (text: string, from: number, to: number, put = ""): string => text.slice(0, from) + put + text.slice(to)

/** The blanks before a node's line begins with it; null where something else is before it. */
const indentOf = (text: string, { offset }: Node): string | null =>
  /(?:^|\n)([ \t]*)$/.exec(text.slice(0, offset))?.[1] ?? null

const withItem = (text: string, list: Node, written: string): string => {
  const last = list.children?.at(-1)
  if (last === undefined) return cut(text, list.offset, endOf(list), `[${written}]`)
  const indent = indentOf(text, last)
  const end = text.includes("\r\n") ? "\r\n" : "\n"
  return cut(text, endOf(last), endOf(last), indent === null ? `, ${written}` : `,${end}${indent}${written}`)
}

const withoutItem = (text: string, list: Node, index: number): string => {
  const items = list.children ?? []
  const [before, item, after] = [items[index - 1], items[index], items[index + 1]]
  if (item === undefined) return text
  if (after !== undefined) return cut(text, item.offset, after.offset)
  if (before !== undefined) return cut(text, endOf(before), endOf(item))
  return cut(text, list.offset, endOf(list), "[]")
}

const withField = (text: string, object: Node, written: string): string => {
  const last = object.children?.at(-1)
  return last === undefined
    ? cut(text, object.offset, endOf(object), `{ ${written} }`)
    : withItem(text, object, written)
}

const mendOnce = (text: string, { action, capability }: Mend): string => {
  const { tree } = readManifestJson(text)
  if (tree === null || tree.type !== "object") return text
  // Of several, the last one counts.
  const list = tree.children?.findLast(({ children: [name] = [] }) => name?.value === "capabilities")?.children?.[1]
  const written = JSON.stringify(capability)
  if (list === undefined) return action === "add" ? withField(text, tree, `"capabilities": [${written}]`) : text
  if (list.type !== "array") return text
  const names = (list.children ?? []).map(({ value }) => normal(value))
  if (action === "add") return names.includes(normal(capability)) ? text : withItem(text, list, written)
  const index = names.lastIndexOf(normal(capability))
  return index < 0 ? text : withoutItem(text, list, index)
}

/**
 * The text of a `manifest.json` with capabilities added and removed. All else stays as its author wrote it: order, blanks, line
 * ends and a byte order mark.
 */
export const mendManifest = (text: string, mends: ReadonlyArray<Mend>): string => {
  const mark = text.startsWith("\uFEFF") ? "\uFEFF" : ""
  return mark + mends.reduce(mendOnce, text.slice(mark.length))
}
