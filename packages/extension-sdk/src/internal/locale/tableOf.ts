/** The table of a locale, of those that a component was built with. */
export const tableOf =
  <Table>(tables: Readonly<Record<string, Table>>) =>
  (locale: string): Table => {
    const name = Object.keys(tables).find((known) => known.toLowerCase() === String(locale).toLowerCase())
    const table = name === undefined ? undefined : tables[name]
    if (table !== undefined) return table
    const named = Object.keys(tables).join(", ") || "none"
    throw new RangeError(
      `this component was built without the locale ${locale} (it has: ${named}): name it in package.json, under "alga": { "locales": [] }`
    )
  }
