import { stat } from "node:fs/promises"
import { basename, dirname, join, normalize } from "node:path"
import { type Page, root } from "./Pages.ts"

/** A paragraph, an item of a list, or a row of a table. */
export interface Claim {
  /** Of its first line, counted from 1. */
  readonly line: number
  readonly text: string
}

/** Ends the heading of a section that no test holds. */
const notHeld = "(not held by tests)"

const heading = /^(#+) (.+)$/
const item = /^ *(?:[-*]|\d+\.) /
const row = /^ *\|/
const ruler = /^ *\|(?: *:?-+:? *\|)+ *$/

/** What a page claims: all of it but headings, blocks of code, heads of tables, and sections that say {@link notHeld}. */
export const claimsOf = ({ text }: Page): ReadonlyArray<Claim> => {
  const lines = text.split("\n")
  const claims: Array<{ readonly line: number; text: string }> = []
  let open: { readonly line: number; text: string } | null = null
  let fenced = false
  let left = Number.POSITIVE_INFINITY
  lines.forEach((line, at) => {
    const fence = line.startsWith("```")
    if (fence) fenced = !fenced
    const [, marks = "", title = ""] = fenced ? [] : (heading.exec(line) ?? [])
    if (marks.length > 0 && marks.length <= left)
      left = title.endsWith(notHeld) ? marks.length : Number.POSITIVE_INFINITY
    const isHead = row.test(line) && ruler.test(lines[at + 1] ?? "")
    if (fenced || fence || marks !== "" || line.trim() === "" || ruler.test(line) || isHead) {
      open = null
    } else if (left === Number.POSITIVE_INFINITY) {
      if (open !== null && !item.test(line) && !row.test(line)) {
        open.text += ` ${line.trim()}`
      } else {
        open = { line: at + 1, text: line }
        claims.push(open)
      }
    }
  })
  return claims
}

const link = /\[`([^`\]]+)`\]\(([^)\s]+\.test\.ts)\)/g
const place = /^(?:packages\/[\w-]+|checks)\/test\/[\w.]+\.test\.ts$/

/** The paths of the tests that a claim of a page names, from the workspace's folder. */
export const testsOf = (page: Page, { text }: Claim): ReadonlyArray<string> =>
  Array.from(text.matchAll(link), ([, , target = ""]) => normalize(join(dirname(page.path), target)))

/** What is wrong with claims of a page: that one names no test, or a test that is not there or has another name. */
export const unheldClaims = async (page: Page, claims = claimsOf(page)): Promise<ReadonlyArray<string>> => {
  const wrong = await Promise.all(
    claims.map(async ({ line, text }) => {
      const named = Array.from(text.matchAll(link), ([, name = "", target = ""]) => ({ name, target }))
      if (named.length === 0) return [`${page.path}:${line}: names no test`]
      const absent = await Promise.all(
        named.map(async ({ name, target }) => {
          const path = normalize(join(dirname(page.path), target))
          const found = await stat(join(root, path)).then(
            (it) => it.isFile(),
            () => false
          )
          return found && place.test(path) && basename(path) === name
            ? []
            : [`${page.path}:${line}: ${target} is no test`]
        })
      )
      return absent.flat()
    })
  )
  return wrong.flat()
}
