import type { Page } from "./Pages.ts"

const blocks = /^[ \t]*\/\*\*[\s\S]*?\*\/|(?:^[ \t]*\/\/\/? .*\n?)+/gm

const marks = /^[ \t]*(?:\/\*\*|\*\/|\*|\/\/\/?) ?|\s*\*\/$/gm

const literals = /"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\\n]|\\.)*)`/g

/** The comments of a source, each a paragraph, as a page of prose. */
export const commentsOf = ({ path, text }: Page): Page => ({
  path,
  text: Array.from(text.matchAll(blocks), ([block]) => block.replace(marks, "").replace(/\n(?=@)/g, "\n\n")).join(
    "\n\n"
  )
})

/** The texts on one line in a source, such as help and messages, each a paragraph, as a page of prose. */
export const textsOf = ({ path, text }: Page): Page => ({
  path,
  text: Array.from(
    text.replace(blocks, "").matchAll(literals),
    ([, quoted, template]) => quoted ?? template ?? ""
  ).join("\n\n")
})
