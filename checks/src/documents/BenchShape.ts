import { readdir, readFile } from "node:fs/promises"
import { join } from "node:path"
import { root } from "./Pages.ts"

/** The shape of a table that a bench prints: its title and its columns. */
export interface TableShape {
  readonly title: string
  readonly columns: ReadonlyArray<string>
}

/** The shapes of the tables in a block of a bench's output, where each has a title, its columns and a line under each. */
export const shapesIn = (text: string): ReadonlyArray<TableShape> =>
  text
    .trim()
    .split(/\n\n+/)
    .map((table) => {
      const [title = "", names = "", under = ""] = table.split("\n")
      const columns = Array.from(under.matchAll(/-+/g), ({ 0: dashes, index }) =>
        names.slice(index, index + dashes.length).trim()
      )
      return { title, columns }
    })

/** Says whether a text is one that code can write: one of its literals, with anything where a template has a gap. */
export type Writes = (text: string) => boolean

const literal = /"([^"\n]+)"|`([^`]+)`/g
const gap = /\$\{(?:[^{}]|\{[^{}]*\})*\}/

/** What these sources can write. */
export const writesOf = (sources: ReadonlyArray<string>): Writes => {
  const patterns = sources.flatMap((source) =>
    Array.from(source.matchAll(literal), ([, plain = "", template = ""]) => (plain || template).split(gap))
  )
  const plain = new Set(patterns.flatMap((parts) => (parts.length === 1 ? parts : [])))
  const templates = patterns
    .filter((parts) => parts.length > 1 && parts.join("").trim().length > 5)
    .map((parts) => new RegExp(`^${parts.map(RegExp.escape).join(".+")}$`, "s"))
  return (text) => plain.has(text) || templates.some((pattern) => pattern.test(text))
}

/** What the code of the benches can write. */
export const benchesWrite = async (): Promise<Writes> => {
  const folder = join(root, "bench/src")
  const files = (await readdir(folder, { recursive: true })).filter((path) => path.endsWith(".ts"))
  return writesOf(await Promise.all(files.map((path) => readFile(join(folder, path), "utf8"))))
}

/** The titles and columns of a block that no bench writes. */
export const unwritten = (text: string, writes: Writes): ReadonlyArray<string> =>
  shapesIn(text).flatMap(({ columns, title }) => [title, ...columns].filter((one) => !writes(one)))
