import { isSetting, linesOf, namedCommands, shellBlocks } from "./Commands.ts"
import { type Page, prose } from "./Pages.ts"

/** A command that a page shows: the words before the first option, and the options' names. */
export interface ShownCommand {
  readonly page: string
  readonly words: ReadonlyArray<string>
  readonly options: ReadonlyArray<string>
}

const assignments = (lines: ReadonlyArray<string>): ReadonlyMap<string, string> =>
  new Map(
    lines.flatMap((line) =>
      Array.from(line.matchAll(/^(\w+)="([^"]*)"$/g), ([, name = "", value = ""]) => [name, value] as const)
    )
  )

/** Commands of the runner and of `alga-ext` that sentences name without their program. */
const shortened = /`((?:db|triggers|serve|demo|execute|inspect|alga-ext) [a-z-][\w ./=-]*)`/g

const programOf = (command: string): string =>
  command.startsWith("alga-ext ") ? command : `alga-extension-runner ${command}`

const parsed = (page: string, line: string): ShownCommand => {
  const parts = line.replace(/^(\w+=\S*\s+)+/, "").split(/\s+/)
  const first = parts.findIndex((part) => part.startsWith("-") && part !== "--yes")
  const words = parts.slice(0, first === -1 ? parts.length : first).filter((part) => part !== "--yes")
  const options = parts.filter((part) => part.startsWith("--") && part !== "--yes" && part !== "--")
  return { page, words, options: options.map((option) => option.replace(/=.*$/, "")) }
}

/**
 * The commands of a page's shell blocks, one a line, without what stands before them (`NAME=value`) and behind (`# …`), and
 * those that its sentences name.
 */
export const shownCommands = (page: Page): ReadonlyArray<ShownCommand> => {
  const blocks = shellBlocks(page).flatMap((block) => {
    const lines = linesOf(block)
    const named = assignments(lines)
    return lines
      .filter((line) => !isSetting(line))
      .map((line) => line.replace(/\$(\w+)/, (whole, name: string) => named.get(name) ?? whole))
  })
  const short = Array.from(prose(page).matchAll(shortened), ([, command = ""]) => programOf(command))
  return [...blocks, ...namedCommands(page), ...short].map((line) => parsed(page.path, line))
}
