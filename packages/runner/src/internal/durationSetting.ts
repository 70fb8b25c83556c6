import { Duration, Schema, SchemaTransformation } from "effect"

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

/** A time such as `5 seconds` or `5s`, between two others that are written so. */
export const durationBetween = (least: string, most = longestTimer) => {
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

/** A time that may be none at all. */
export const durationOrNone = durationBetween("0 seconds")

/** A time that a timer can hold. */
export const duration = durationBetween("1 millis")

/** A time for which something is kept. */
export const keeping = (least: string) => durationBetween(least, "3650 days")
