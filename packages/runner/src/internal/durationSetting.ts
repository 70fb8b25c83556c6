import type { TimeBound, WrittenTime } from "@alga-psa/ext-domain/Bound"
import { Duration, Schema, SchemaTransformation } from "effect"
import { about } from "./settingAbout.ts"

const units = {
  ms: "millis",
  millis: "millis",
  s: "seconds",
  second: "seconds",
  seconds: "seconds",
  m: "minutes",
  minute: "minutes",
  minutes: "minutes",
  h: "hours",
  hour: "hours",
  hours: "hours",
  d: "days",
  day: "days",
  days: "days"
} as const

const written = new RegExp(`^(\\d{1,9}) ?(${Object.keys(units).join("|")})$`)

const read = (text: string): Duration.Duration => {
  const [, count, unit] = written.exec(text) ?? []
  return Duration.fromInputUnsafe(`${Number(count)} ${units[unit as keyof typeof units]}`)
}

/** A timer that is longer fires at once: Node counts milliseconds in 31 bits. */
const longestTimer = "24 days"
const shortestTimer = "1 millis"

/** A time such as `5 seconds` or `5s`, between two others that are written so. */
export const durationBetween = (least: WrittenTime, most: WrittenTime) => {
  const [from, to] = [read(least), read(most)]
  return Schema.String.check(Schema.isPattern(written, { message: "must be a duration such as 5 seconds" }))
    .pipe(
      Schema.decodeTo(
        Schema.Duration,
        SchemaTransformation.transform({ decode: read, encode: (given) => `${Duration.toMillis(given)} millis` })
      )
    )
    .check(
      Schema.makeFilter((given) => Duration.isGreaterThanOrEqualTo(given, from), {
        message: `must be ${least} or longer`
      }),
      Schema.makeFilter((given) => Duration.isLessThanOrEqualTo(given, to), { message: `must be ${most} at most` })
    )
}

/** The longest time for which something is kept. */
export const longestKept = "3650 days"

/** The field of a setting that is a time. Its range is shown where the bound names one; else it is that of a timer. */
export const time = ({ default: fallback, least, most, purpose }: TimeBound) => {
  const [from, to] = [least ?? shortestTimer, most ?? longestTimer]
  const range = least === undefined && most === undefined ? "" : `${from} to ${to}`
  return durationBetween(from, to).pipe(about(purpose, "duration", { fallback, range }))
}
