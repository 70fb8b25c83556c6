import type { EndpointInfo } from "@alga-psa/ext-domain/Scheduler"
import { Cron, Result } from "effect"

const leastMinutes = 5

/** Whether a cron of five fields starts something at most every five minutes. */
const cronError = (text: string): string | null => {
  const cron = text.trim().split(/\s+/).length === 5 ? Cron.parse(text) : null
  if (cron === null || Result.isFailure(cron)) return "must be a cron expression of five fields"
  const minutes = [...cron.success.minutes].sort((a, b) => a - b)
  const [first = 0] = minutes
  const gaps = minutes.map((minute, at) => (minutes[at + 1] ?? first + 60) - minute)
  const tooOften = minutes.length === 0 || Math.min(...gaps) < leastMinutes
  return tooOften ? `must start at most every ${leastMinutes} minutes` : null
}

const isTimezone = (name: string): boolean => {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name })
    return true
  } catch {
    return false
  }
}

/** The rules that a schedule breaks, by field; null where it breaks none. */
export const checkSchedule = (schedule: {
  /** Undefined where there is none that can be scheduled. */
  readonly endpoint: EndpointInfo | undefined
  readonly cron: string
  readonly timezone: string
}): Readonly<Record<string, string>> | null => {
  const cron = cronError(schedule.cron)
  const errors = {
    ...(schedule.endpoint === undefined ? { endpoint: "must be an endpoint that can be scheduled" } : {}),
    ...(cron === null ? {} : { cron }),
    ...(isTimezone(schedule.timezone) ? {} : { timezone: "must be an IANA time zone" })
  }
  return Object.keys(errors).length === 0 ? null : errors
}
