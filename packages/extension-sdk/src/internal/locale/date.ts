/** What a place in a date shows: a text, or one of these parts as one of the lists writes it. */
export type DatePiece = string | readonly [part: DatePart, list: number]

/** The parts of a moment. Each counts from 0, as an index of its list. */
export type DatePart = "year" | "month" | "day" | "weekday" | "hour" | "minute" | "second"

/** How a locale writes dates. */
export interface DateTable {
  /** The ten digits. */
  readonly digits: string
  /** By `<date style>/<time style>`; either is empty where it is left out. */
  readonly patterns: Readonly<Record<string, ReadonlyArray<DatePiece>>>
  readonly lists: ReadonlyArray<ReadonlyArray<string>>
}

/** Lists that are not kept: numbers as they are, and of two digits. */
export const plainNumbers = -1
export const twoDigits = -2
export const twoDigitsOfYear = -3

const indexOf: Readonly<Record<DatePart, (date: Date) => number>> = {
  year: (date) => date.getUTCFullYear(),
  month: (date) => date.getUTCMonth(),
  day: (date) => date.getUTCDate() - 1,
  weekday: (date) => date.getUTCDay(),
  hour: (date) => date.getUTCHours(),
  minute: (date) => date.getUTCMinutes(),
  second: (date) => date.getUTCSeconds()
}

const countsFromOne: ReadonlySet<DatePart> = new Set(["month", "day"])

/** A date in UTC by a pattern of the table. */
export const writeDate = (date: Date, pattern: string, { digits, lists, patterns }: DateTable): string =>
  (patterns[pattern] ?? [])
    .map((piece) => {
      if (typeof piece === "string") return piece
      const [part, list] = piece
      const value = indexOf[part](date)
      if (list >= 0) return lists[list]?.[value] ?? ""
      const number = value + (countsFromOne.has(part) ? 1 : 0)
      const text = list === twoDigitsOfYear ? String(number % 100).padStart(2, "0") : String(number)
      return (list === twoDigits ? text.padStart(2, "0") : text).replace(
        /\d/g,
        (digit) => digits[Number(digit)] ?? digit
      )
    })
    .join("")
