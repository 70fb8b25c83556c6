import { percent, type Score } from "./Report.ts"
import type { Target } from "./Targets.ts"

/** A row of the table of targets, in Markdown. */
export interface Row {
  /** The target's name. */
  readonly name: string
  readonly text: string
}

/** When a row held, and of what code. */
export interface Measured {
  /** As `2026-11-28`. */
  readonly day: string
  /** The newest commit then, in eight digits; null where there was none. */
  readonly commit: string | null
}

/** The row of a target. */
export const rowOf = (
  { folder, name }: Pick<Target, "folder" | "name">,
  score: Score,
  { commit, day }: Measured
): Row => {
  const counts = `${score.all} | ${score.killed} | ${score.survivors.length} | ${percent(score).toFixed(1)} %`
  return { name, text: `| ${name} | \`${folder}\` | ${counts} | ${day}${commit === null ? "" : `, \`${commit}\``} |` }
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
