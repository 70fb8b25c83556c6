import { describe } from "./describe.ts"

const mostRows = 1_000

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null

const rowsOf = (data: object): ReadonlyArray<readonly [string, unknown]> => {
  if (data instanceof Map) return [...data.entries()].map(([key, value]) => [describe(key), value])
  return Object.entries(data instanceof Set ? [...data] : data)
}

const cellOf = (row: unknown, column: string): string =>
  isObject(row) && Object.hasOwn(row, column) ? describe(Reflect.get(row, column)) : ""

/** What `console.table` shows: a row for each entry, a column for each field; null where the data has no rows. */
export const tableText = (data: unknown, only?: ReadonlyArray<string>): string | null => {
  if (!isObject(data)) return null
  const rows = rowsOf(data).slice(0, mostRows)
  const columns = only ?? [...new Set(rows.flatMap(([, row]) => (isObject(row) ? Object.keys(row) : [])))]
  const hasPlain = only === undefined && rows.some(([, row]) => !isObject(row))
  const lines = [
    ["(index)", ...columns, ...(hasPlain ? ["Values"] : [])],
    ...rows.map(([name, row]) => [
      name,
      ...columns.map((column) => cellOf(row, column)),
      ...(hasPlain ? [isObject(row) ? "" : describe(row)] : [])
    ])
  ]
  const widths = (lines[0] ?? []).map((_, at) => Math.max(...lines.map((line) => line[at]?.length ?? 0)))
  return lines
    .map((line) =>
      line
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join(" | ")
        .trimEnd()
    )
    .join("\n")
}
