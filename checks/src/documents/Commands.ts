import { type Block, blocksOf } from "./Blocks.ts"
import { type Page, prose } from "./Pages.ts"

/** The lines of a block of shell: a command with all its lines as one, without the remark behind it. */
export const linesOf = ({ text }: Block): ReadonlyArray<string> =>
  text
    .replace(/\\\n\s*/g, " ")
    .split("\n")
    .map((line) => line.replace(/(^|\s+)#.*$/, "").trim())
    .filter((line) => line !== "")

/** Whether a line of shell only sets names for those that follow. */
export const isSetting = (line: string): boolean => /^(export\s.*|\w+="[^"]*")$/.test(line)

/** The blocks of shell of a page. */
export const shellBlocks = (page: Page): ReadonlyArray<Block> =>
  blocksOf(page).filter(({ language }) => language === "sh")

const typed = /`(npx --yes [^`]+|node packages\/[\w./-]+ [^`]+|node packages\/[\w-]+\/scripts\/[\w./-]+)`/g

/** The whole commands that a page names in its sentences: those that can be typed as they stand. */
export const namedCommands = (page: Page): ReadonlyArray<string> =>
  Array.from(prose(page).matchAll(typed), ([, command = ""]) => command)
