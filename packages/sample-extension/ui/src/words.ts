/** Stands where there is no value. */
export const none = "–"

/** With a capital first letter; empty for null. */
export const capitalised = (text: string | null): string =>
  text === null || text === "" ? "" : `${text[0]?.toUpperCase()}${text.slice(1)}`

const amount = new Intl.NumberFormat("en", { minimumFractionDigits: 2, maximumFractionDigits: 2 })

/** An amount of minor units in whole ones, such as `125.00`. The catalog names no currency. */
export const money = (minorUnits: number): string => amount.format(minorUnits / 100)
