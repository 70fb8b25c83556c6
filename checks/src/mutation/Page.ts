/** A row of the table of targets, in Markdown. */
export interface Row {
  /** The target's name. */
  readonly name: string
  readonly text: string
}

/** Puts rows into the page's table, in the place of those of the same targets; new ones go to its end. */
export const withRows = (page: string, rows: ReadonlyArray<Row>): string => {
  const lines = page.split("\n")
  const from = lines.findIndex((line) => line.startsWith("| target ")) + 2
  if (from < 2) throw new Error("the page has no table of targets")
  const length = lines.slice(from).findIndex((line) => !line.startsWith("|"))
  const nameOf = (line: string) => line.split("|")[1]?.trim()
  const kept = lines.slice(from, from + length)
  const known = new Set(kept.map(nameOf))
  const table = [
    ...kept.map((line) => rows.find(({ name }) => name === nameOf(line))?.text ?? line),
    ...rows.filter(({ name }) => !known.has(name)).map(({ text }) => text)
  ]
  return [...lines.slice(0, from), ...table, ...lines.slice(from + length)].join("\n")
}
