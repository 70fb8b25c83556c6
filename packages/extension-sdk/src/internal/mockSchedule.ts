interface Field {
  readonly least: number
  readonly most: number
  /** Names for values, from `from` on. */
  readonly names?: ReadonlyArray<string>
  readonly from?: number
}

const fields: ReadonlyArray<Field> = [
  { least: 0, most: 59 },
  { least: 0, most: 23 },
  { least: 1, most: 31 },
  { least: 1, most: 12, names: "jan feb mar apr may jun jul aug sep oct nov dec".split(" "), from: 1 },
  { least: 0, most: 7, names: "sun mon tue wed thu fri sat".split(" "), from: 0 }
]

const leastMinutes = 5

const valueIn = (text: string, { from = 0, least, most, names = [] }: Field): number | null => {
  const named = names.indexOf(text.toLowerCase())
  const value = named >= 0 ? named + from : /^\d+$/.test(text) ? Number(text) : null
  return value !== null && value >= least && value <= most ? value : null
}

/** The values that a part such as `1-5/2` stands for; null where it is none. */
const valuesOf = (part: string, field: Field): ReadonlyArray<number> | null => {
  const [range = "", step = "1", ...more] = part.split("/")
  const by = /^\d+$/.test(step) ? Number(step) : 0
  if (more.length > 0 || by < 1 || by > field.most) return null
  const [left = "", right, ...rest] = range.split("-")
  const first = range === "*" ? field.least : valueIn(left, field)
  const last =
    range === "*" || (right === undefined && part.includes("/"))
      ? field.most
      : right === undefined
        ? first
        : valueIn(right, field)
  if (rest.length > 0 || first === null || last === null || first > last) return null
  return Array.from({ length: Math.floor((last - first) / by) + 1 }, (_, at) => first + at * by)
}

/** Why a host takes no such cron expression; null where it takes it. */
export const cronError = (cron: string): string | null => {
  const parts = cron.trim().split(/\s+/)
  const values = parts.map((part, at) => {
    const field = fields[at]
    return field === undefined ? null : part.split(",").map((one) => valuesOf(one, field))
  })
  if (parts.length !== fields.length || values.some((one) => one === null || one.includes(null))) {
    return "must be a cron expression of five fields"
  }
  const minutes = [...new Set(values[0]?.flatMap((one) => one ?? []))].sort((a, b) => a - b)
  const [first = 0] = minutes
  const gaps = minutes.map((minute, at) => (minutes[at + 1] ?? first + 60) - minute)
  return Math.min(...gaps) < leastMinutes ? `must start at most every ${leastMinutes} minutes` : null
}

/** Whether this is an IANA time zone. */
export const isTimezone = (name: string): boolean => {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name })
    return true
  } catch {
    return false
  }
}
