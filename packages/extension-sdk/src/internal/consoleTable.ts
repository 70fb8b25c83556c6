import { describe, roomFor } from "./describe.ts"

const mostRows = 1_000
const mostColumns = 100
const cellLetters = 100

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null

const entriesOf = (data: object): ReadonlyArray<readonly [unknown, unknown]> =>
  data instanceof Map ? [...data] : Object.entries(data instanceof Set ? [...data] : data)

const cell = (value: unknown): string => {
  const text = describe(value, roomFor(cellLetters))
  return text.length > cellLetters ? `${text.slice(0, cellLetters)}…` : text
}

const fieldOf = (row: unknown, column: string): string =>
  isObject(row) && Object.hasOwn(row, column) ? cell(Reflect.get(row, column)) : ""

const writeTable = (data: object, only: ReadonlyArray<string> | undefined): string => {
  const entries = entriesOf(data)
  const rows = entries.slice(0, mostRows)
  const found = only ?? new Set(rows.flatMap(([, row]) => (isObject(row) ? Object.keys(row) : [])))
  const columns = [...found].slice(0, mostColumns)
  const hasPlain = only === undefined && rows.some(([, row]) => !isObject(row))
  const lines = [
    ["(index)", ...columns.map(cell), ...(hasPlain ? ["Values"] : [])],
    ...rows.map(([name, row]) => [
      cell(name),
      ...columns.map((column) => fieldOf(row, column)),
      ...(hasPlain ? [isObject(row) ? "" : cell(row)] : [])
    ])
  ]
  const widths = (lines[0] ?? []).map((_, at) => Math.max(...lines.map((line) => line[at]?.length ?? 0)))
  const written = lines.map((line) =>
    line
      .map((text, at) => text.padEnd(widths[at] ?? 0))
      .join(" | ")
      .trimEnd()
  )
  const more = entries.length - rows.length
  return [...written, ...(more > 0 ? [`… ${more} more`] : [])].join("\n")
}

/** What `console.table` shows: a row for each entry, a column for each field; null where the data has no rows, or cannot be read. */
export const tableText = (data: unknown, only?: ReadonlyArray<string>): string | null => {
  if (!isObject(data)) return null
  try {
    return writeTable(data, only)
  } catch {
    return null
  }
}
