import type { Page } from "./Pages.ts"
import { prose } from "./Pages.ts"

/** A sentence of a page. */
export interface Sentence {
  readonly text: string
  readonly words: number
}

/** A paragraph ends at an empty line, and where a heading, an item of a list or a row of a table begins. */
const paragraphs = /\n\s*\n|\n(?=\s*[-*] )|\n(?=\s*\d+\. )|\n(?=\s*\|)|\n(?=#)/

const ends = /(?<=[.!?:]["”)*]*)\s+(?=[A-Z`*[“"(])/

/** A list of names, as of functions: nobody reads it as a sentence. */
const listOfNames = /(`[^`\n]+`,?\s+(and\s+|or\s+)?){4,}`[^`\n]+`/g

const link = /!?\[([^\]]*)\]\([^)]*\)/g

const cells = (paragraph: string): ReadonlyArray<string> =>
  paragraph.trimStart().startsWith("|") ? paragraph.split("|") : [paragraph]

/** The sentences of a page: no headings, no code blocks, of a table each cell, and nothing of fewer than three words. */
export const sentencesOf = (page: Page): ReadonlyArray<Sentence> =>
  prose(page)
    .replace(/^---\n[\s\S]*?\n---\n/, "")
    .replace(/<!--[\s\S]*?-->/g, "")
    .replace(link, "$1")
    .replace(listOfNames, "names")
    .split(paragraphs)
    .filter((paragraph) => !paragraph.trimStart().startsWith("#"))
    .flatMap(cells)
    .flatMap((text) => text.replace(/\s+/g, " ").trim().split(ends))
    .map((text) => ({ text, words: text.split(" ").filter((word) => /\w/.test(word)).length }))
    .filter(({ words }) => words >= 3)

/** Words in a sentence of a page, on average. */
export const meanWords = (sentences: ReadonlyArray<Sentence>): number =>
  sentences.length === 0 ? 0 : sentences.reduce((sum, { words }) => sum + words, 0) / sentences.length
