import { foreignText } from "@alga-psa/ext-adapters-wit/ForeignText"

const longestCell = 1_000

/** Lays rows out in columns as wide as their widest cell. The last column takes what is left of `width` and is cut. */
export const table = (
  head: ReadonlyArray<string>,
  given: ReadonlyArray<ReadonlyArray<string>>,
  width: number
): string => {
  const rows = given.map((row) => row.map((cell) => foreignText(cell, longestCell)))
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)))
  const last = head.length - 1
  const before = widths.slice(0, last).reduce((sum, column) => sum + column + 2, 0)
  widths[last] = Math.max(head[last]?.length ?? 0, Math.min(widths[last] ?? 0, width - before))
  const line = (cells: ReadonlyArray<string>) =>
    cells
      .map((cell, column) => {
        const room = widths[column] ?? 0
        return (cell.length > room ? `${cell.slice(0, room - 1)}…` : cell).padEnd(room)
      })
      .join("  ")
      .trimEnd()
  return [line(head), line(widths.map((column) => "─".repeat(column))), ...rows.map(line)].join("\n")
}
