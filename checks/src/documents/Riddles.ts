import { type Page, prose } from "./Pages.ts"

/** Words that a reader stops at, and usual ones for them. */
const riddles: ReadonlyArray<readonly [riddle: RegExp, plain: string]> = [
  [/\bin vain\b/i, "unused, or: without success"],
  [/\bwhoever comes next\b/i, "the next one"],
  [/\bthat (is|are) none\b/i, "invalid, or: not one"],
  [/\bwith the other's\b/i, "name what is meant"],
  [/\bcounts? as those\b/i, "is capped at"],
  [/\bof which .{1,60} whose\b/i, "two sentences"],
  [/\bof whom .{1,60} whose\b/i, "two sentences"],
  [/\bfarewell\b/i, "last message"],
  [/\bwhat is above\b/i, "capped at"],
  [/\bfor good\b/i, "for ever, or: permanently"],
  [/\bwithout a word\b/i, "silently"],
  [/\bfor want of\b/i, "for lack of"],
  [/\bat present\b/i, "now"],
  [/\bas ever\b/i, "as usual"],
  [/\bpassed over\b/i, "skipped"],
  [/\bpage behind\b/i, "the next page"]
]

/** The riddles in a text, with usual words for each. */
export const riddlesIn = (text: string): ReadonlyArray<string> =>
  riddles.flatMap(([riddle, plain]) => {
    const found = riddle.exec(text.replace(/\n\s*(\*|\/\/)/g, " ").replace(/\s+/g, " "))?.[0]
    return found === undefined ? [] : [`"${found}": ${plain}`]
  })

/** The same for a page, without its blocks of code. */
export const riddlesOf = (page: Page): ReadonlyArray<string> =>
  riddlesIn(prose(page)).map((riddle) => `${page.path}: ${riddle}`)

const riddleNames = /\b(?:const|let|function) (within|alone|told|meant|inVain|farewell|said)\b/g

/** The names in a source that say nothing of what they stand for. */
export const riddlesInNames = (text: string): ReadonlyArray<string> =>
  [...text.matchAll(riddleNames)].map(([, name = ""]) => name)
