/** A cell of a table: text, a number as it was measured, or nothing. */
export type Cell = string | number | null

/** A picture of a table: some of its columns over another. */
export interface Chart {
  /** The name of the picture's file, without `.svg`. */
  readonly file: string
  /** Default: the table's. */
  readonly title?: string
  /** Axes that count evenly, an upright one from zero; others are logarithmic. */
  readonly even?: "x" | "both"
  readonly x: { readonly column: number; readonly label: string }
  /** What is measured, with its unit. */
  readonly y: string
  readonly series: ReadonlyArray<{ readonly column: number; readonly label: string }>
}

/** Figures that belong together. */
export interface Table {
  readonly title: string
  readonly columns: ReadonlyArray<string>
  readonly rows: ReadonlyArray<ReadonlyArray<Cell>>
  readonly charts?: ReadonlyArray<Chart>
}

/** What a bench found. Durations are milliseconds, sizes bytes, unless a column says otherwise. */
export interface Report {
  readonly bench: string
  /** Machine, versions, data and settings: what the figures hold for. */
  readonly environment: Readonly<Record<string, string | number>>
  readonly tables: ReadonlyArray<Table>
  /** The figures that budgets may be set for, by name: ratios, where one has a peer or a smaller step. */
  readonly figures?: Readonly<Record<string, number>>
}

/** A cell as a reader sees it. */
export const shown = (cell: Cell): string => {
  if (cell === null) return ""
  if (typeof cell === "string") return cell
  if (Number.isInteger(cell)) return cell.toLocaleString("en-US")
  return cell >= 100 ? cell.toFixed(0) : cell >= 10 ? cell.toFixed(1) : cell.toFixed(2)
}

/** A table in columns. */
export const laidOut = ({ title, columns, rows }: Table): string => {
  const cells = rows.map((row) => row.map(shown))
  const widths = columns.map((column, at) => Math.max(column.length, ...cells.map((row) => row[at]?.length ?? 0)))
  const isNumber = columns.map((_, at) => rows.every((row) => typeof row[at] !== "string"))
  const line = (row: ReadonlyArray<string>) =>
    row
      .map((cell, at) => (isNumber[at] ? cell.padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0)))
      .join("  ")
      .trimEnd()
  return [title, line(columns), line(widths.map((width) => "-".repeat(width))), ...cells.map(line)].join("\n")
}

/** The report for a reader: what it holds for, then every table in columns. */
export const render = ({ bench, environment, tables }: Report): string => {
  const facts = Object.entries(environment).map(([name, value]) => `${name}: ${value}`)
  return [[bench, ...facts].join("\n"), ...tables.map(laidOut)].join("\n\n")
}
