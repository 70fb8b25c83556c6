const startsFormula = /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/

/** A text that a spreadsheet would take for a formula is shown as a text. */
const cell = (value: unknown): string => {
  if (value === null || value === undefined) return ""
  if (typeof value !== "string") return String(value)
  const text = startsFormula.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** Rows as CSV (RFC 4180) with these columns, each line with its end. */
export const csv = (
  columns: ReadonlyArray<string>,
  rows: ReadonlyArray<object>,
  { head = true }: { readonly head?: boolean } = {}
): string =>
  [
    ...(head ? [columns] : []),
    ...rows.map((row) => columns.map((name) => (row as Readonly<Record<string, unknown>>)[name]))
  ]
    .map((line) => `${line.map(cell).join(",")}\r\n`)
    .join("")
