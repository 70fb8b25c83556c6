import { blocks, type Page } from "./Pages.ts"

/** A command that a page shows: the words before the first option, and the options' names. */
export interface ShownCommand {
  readonly page: string
  readonly words: ReadonlyArray<string>
  readonly options: ReadonlyArray<string>
}

const assignments = (code: string): ReadonlyMap<string, string> =>
  new Map(Array.from(code.matchAll(/^(\w+)="([^"]*)"$/gm), ([, name = "", value = ""]) => [name, value]))

/** The commands of a page's shell blocks, one a line, without what stands before them (`NAME=value`) and behind (`# …`). */
export const shownCommands = (page: Page): ReadonlyArray<ShownCommand> =>
  blocks(page, "sh", "bash").flatMap((code) => {
    const named = assignments(code)
    return code
      .replace(/\\\n\s*/g, " ")
      .split("\n")
      .map((line) => line.replace(/(^|\s)#.*$/, "").trim())
      .filter((line) => line !== "" && !/^(export\s.*|\w+="[^"]*")$/.test(line))
      .map((line) => line.replace(/^(\w+=\S*\s+)+/, ""))
      .map((line) => line.replace(/^\$(\w+)/, (whole, name: string) => named.get(name) ?? whole))
      .map((line) => {
        const parts = line.split(/\s+/)
        const first = parts.findIndex((part) => part.startsWith("-") && part !== "--yes")
        const words = parts.slice(0, first === -1 ? parts.length : first).filter((part) => part !== "--yes")
        const options = parts.filter((part) => part.startsWith("--") && part !== "--yes" && part !== "--")
        return { page: page.path, words, options: options.map((option) => option.replace(/=.*$/, "")) }
      })
  })
