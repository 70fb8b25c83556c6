import type { Page } from "./Pages.ts"

/** A fenced block of a page. */
export interface Block {
  readonly page: string
  /** Of the opening fence, counted from 1. */
  readonly line: number
  readonly language: string
  /** What stands behind the language: a file's name, or `fails`. */
  readonly info: string
  readonly text: string
}

const fence = /^ *(```|~~~)/

/** The fenced blocks of a page. Throws where a fence is indented, of tildes, without a language, or never closed. */
export const blocksOf = ({ path, text }: Page): ReadonlyArray<Block> => {
  const blocks: Array<Block> = []
  let open: { readonly language: string; readonly info: string; readonly line: number; readonly from: number } | null =
    null
  const lines = text.split("\n")
  lines.forEach((line, at) => {
    if (!fence.test(line)) return
    const place = `${path}:${at + 1}`
    if (open === null) {
      const [, language, info = ""] = /^```(\w+)(?: (.+))?$/.exec(line) ?? []
      if (language === undefined) throw new Error(`${place}: a block begins with three backticks and its language`)
      open = { language, info, line: at + 1, from: at + 1 }
    } else {
      if (line !== "```") throw new Error(`${place}: a block ends with three backticks, and nothing else`)
      const { from, ...rest } = open
      blocks.push({
        page: path,
        ...rest,
        text: lines
          .slice(from, at)
          .map((one) => `${one}\n`)
          .join("")
      })
      open = null
    }
  })
  if (open !== null) throw new Error(`${path}: its last block has no end`)
  return blocks
}
