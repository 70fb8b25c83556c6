import { loadModule, type ScanToken, scanSync } from "libpg-query"

await loadModule()

const clauses = new Set(["SELECT", "FROM", "WHERE", "GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET", "UNION", "WITH"])
const joins = new Set(["LEFT", "RIGHT", "FULL", "INNER", "CROSS", "NATURAL", "JOIN"])

interface Frame {
  /** A frame of a query, or of joins, breaks lines; one of an expression does not. */
  readonly isQuery: boolean
  readonly closedBy: ")" | "]" | "END"
  /** How deep its clauses stand. */
  readonly indent: number
  clause: string
}

/**
 * A statement laid out for a reader: a line for each clause, join, item of a select list and operand of a condition's AND.
 * Its tokens are the sent ones, in their order; comments are left out.
 */
export const layOut = (text: string): string => {
  const tokens = scanSync(text).tokens.filter((token) => !token.tokenName.endsWith("COMMENT"))
  const frames: Array<Frame> = [{ isQuery: true, closedBy: ")", indent: 0, clause: "" }]
  const lines: Array<string> = []
  let line = ""

  const breakTo = (indent: number) => {
    if (line.trim() !== "") lines.push(line.trimEnd())
    line = "  ".repeat(indent)
  }
  const word = (token: ScanToken | undefined) =>
    token === undefined || token.keywordKind === 0 ? "" : token.text.toUpperCase()

  tokens.forEach((token, at) => {
    const before = tokens[at - 1]
    const frame = frames.at(-1) as Frame
    const keyword = word(token)
    const ends = frames.length > 1 && (token.text === frame.closedBy || keyword === frame.closedBy)

    if (frame.isQuery && !ends) {
      const joined = joins.has(keyword) && !(keyword === "JOIN" && joins.has(word(before)))
      if (clauses.has(keyword) || joined) {
        breakTo(frame.indent)
        if (clauses.has(keyword)) frame.clause = keyword
      } else if (frame.clause === "SELECT" ? before?.text === "," : keyword === "AND" || keyword === "OR") {
        breakTo(frame.indent + 1)
      }
    }
    if (ends && frame.isQuery) breakTo(frame.indent - 1)

    const apart = before !== undefined && before.end < token.start && before.text !== "(" && token.text !== ")"
    line += line.trim() === "" || !apart ? token.text : ` ${token.text}`

    if (ends) frames.pop()
    else if (token.text === "(") {
      const next = tokens[at + 1]
      const isQuery = ["SELECT", "WITH"].includes(word(next)) || next?.text === "("
      const depth = (line.length - line.trimStart().length) / 2
      frames.push({ isQuery, closedBy: ")", indent: isQuery ? depth + 1 : frame.indent, clause: "" })
      if (next?.text === "(") breakTo(depth + 1)
    } else if (token.text === "[" || keyword === "CASE") {
      const closedBy = token.text === "[" ? "]" : "END"
      frames.push({ isQuery: false, closedBy, indent: frame.indent, clause: "" })
    }
  })
  breakTo(0)
  return lines.join("\n")
}
