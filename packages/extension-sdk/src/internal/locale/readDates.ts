import { type DatePart, type DatePiece, type DateTable, plainNumbers, twoDigits, twoDigitsOfYear } from "./date.ts"

const dateStyles = ["short", "medium", "long", "full"] as const
const timeStyles = ["short", "medium"] as const

/** Dates that show every value of a part, one after another, and differ in nothing else that a pattern shows beside it. */
const samples: Readonly<Record<DatePart, ReadonlyArray<number>>> = {
  year: [Date.UTC(2026, 0, 2, 3, 4, 5)],
  month: Array.from({ length: 12 }, (_, month) => Date.UTC(2026, month, 2, 3, 4, 5)),
  day: Array.from({ length: 31 }, (_, day) => Date.UTC(2026, 0, day + 1, 3, 4, 5)),
  // The fourth of January 2026 is a Sunday.
  weekday: Array.from({ length: 7 }, (_, day) => Date.UTC(2026, 0, day + 4, 3, 4, 5)),
  hour: Array.from({ length: 24 }, (_, hour) => Date.UTC(2026, 0, 2, hour, 4, 5)),
  minute: Array.from({ length: 60 }, (_, minute) => Date.UTC(2026, 0, 2, 3, minute, 5)),
  second: Array.from({ length: 60 }, (_, second) => Date.UTC(2026, 0, 2, 3, 4, second))
}

/** What the names of `Intl` are here. The part of a day goes by its hour. */
const parts: Readonly<Record<string, DatePart>> = {
  ...{ year: "year", month: "month", day: "day", weekday: "weekday" },
  ...{ hour: "hour", minute: "minute", second: "second", dayPeriod: "hour" }
}

/** Reads from `Intl` how a locale writes dates of the Gregorian calendar. */
export const readDates = (locale: string): DateTable => {
  const digits = [...new Intl.NumberFormat(locale, { useGrouping: false }).format(9_876_543_210)].toReversed().join("")
  const lists: Array<ReadonlyArray<string>> = []
  const latin = (text: string): string =>
    text.replace(/./gsu, (one) => (digits.includes(one) ? String(digits.indexOf(one)) : one))
  const isNumbers = (list: ReadonlyArray<string>, first: number, width: number): boolean =>
    list.every((text, at) => latin(text) === String(at + first).padStart(width, "0"))

  const listOf = (part: DatePart, list: ReadonlyArray<string>): number => {
    if (part === "year") return list[0]?.length === 2 ? twoDigitsOfYear : plainNumbers
    const first = part === "month" || part === "day" ? 1 : 0
    if (isNumbers(list, first, 1)) return plainNumbers
    if (isNumbers(list, first, 2)) return twoDigits
    const known = lists.findIndex(
      (other) => other.length === list.length && other.every((text, at) => text === list[at])
    )
    return known >= 0 ? known : lists.push(list) - 1
  }

  const patternOf = (options: Intl.DateTimeFormatOptions): ReadonlyArray<DatePiece> => {
    const format = new Intl.DateTimeFormat(locale, { ...options, timeZone: "UTC", calendar: "gregory" })
    const shown = format.formatToParts(samples.year[0])
    return shown.map(({ type, value }): DatePiece => {
      const part = parts[type]
      if (part === undefined) return value
      const list = samples[part].map((date) => format.formatToParts(date).find((one) => one.type === type)?.value ?? "")
      return [part, listOf(part, list)]
    })
  }

  const patterns: Record<string, ReadonlyArray<DatePiece>> = {}
  for (const dateStyle of dateStyles) {
    patterns[`${dateStyle}/`] = patternOf({ dateStyle })
    for (const timeStyle of timeStyles) patterns[`${dateStyle}/${timeStyle}`] = patternOf({ dateStyle, timeStyle })
  }
  for (const timeStyle of timeStyles) patterns[`/${timeStyle}`] = patternOf({ timeStyle })
  return { digits, patterns, lists }
}
