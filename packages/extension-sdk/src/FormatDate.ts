import { writeDate } from "./internal/locale/date.ts"
import { dateTable } from "./internal/locale/tables.ts"

/** How much of a date is written. Default: the date in style `medium`, and no time. */
export interface DateFormat {
  readonly date?: "short" | "medium" | "long" | "full"
  /** `short` has hours and minutes, `medium` seconds too. */
  readonly time?: "short" | "medium"
}

/**
 * A moment as people of a locale write it, in UTC and in the Gregorian calendar. It takes a `Date`, milliseconds since 1970, or a
 * text that `Date` reads, such as `2026-03-01`. A component knows the locales that `package.json` names under
 * `"alga": { "locales": [] }`. Throws a `RangeError` for another locale, and for what is not a date of the years 1 to 9999.
 *
 * @example
 * ```ts
 * import { formatDate } from "@alga-psa/ext-extension-sdk"
 *
 * console.log(formatDate("2026-03-01", "en-US"), formatDate("2026-03-01T15:04:05Z", "de-DE", { time: "short" })) // Mar 1, 2026 15:04
 * ```
 */
export const formatDate = (moment: Date | number | string, locale: string, { date, time }: DateFormat = {}): string => {
  const given = new Date(moment)
  const year = given.getUTCFullYear()
  if (!(year >= 1 && year <= 9_999)) throw new RangeError(`formatDate: ${moment} is not a date of the years 1 to 9999`)
  const pattern = date === undefined && time === undefined ? "medium/" : `${date ?? ""}/${time ?? ""}`
  return writeDate(given, pattern, dateTable(locale))
}
