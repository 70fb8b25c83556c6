import type { EndpointInfo, ScheduleInfo, SchedulerHost } from "@alga-psa/extension-runtime"
import type { SchedulerErrorCode } from "./HostError.ts"
import { text } from "./internal/lower.ts"
import { check, failing, isText, type MockPortOptions } from "./internal/mockRules.ts"
import { cronError, isTimezone } from "./internal/mockSchedule.ts"
import { createScheduleInput, updateScheduleInput } from "./internal/shapes.ts"

/** An endpoint of a test; what is left out makes one that can be scheduled. */
export type EndpointFixture = Pick<EndpointInfo, "path"> & Partial<EndpointInfo>

const mostSchedules = 50

type Errors = Record<string, string>

const sentence = (message: string): string => message.charAt(0).toUpperCase() + message.slice(1)

const notDone = (error: string, fieldErrors?: Errors) => ({
  success: false,
  error,
  ...(fieldErrors === undefined ? {} : { fieldErrors })
})

type Lowered = ReturnType<typeof updateScheduleInput>

const isPayload = (json: string): boolean => {
  const value: unknown = JSON.parse(json)
  return typeof value === "object" && value !== null
}

/** The rules of the input itself, of which a host names the first that is broken. */
const inputErrors = ({ cron, endpoint, name, payload, timezone }: Lowered): Errors | null => {
  const rules: ReadonlyArray<readonly [string, boolean, string]> = [
    ["endpoint", endpoint === undefined || isText(endpoint, 1, 2_048), "must be 1 to 2048 characters"],
    ["cron", cron === undefined || isText(cron, 1, 200), "must be 1 to 200 characters"],
    ["timezone", timezone === undefined || isText(timezone, 1, 100), "must be 1 to 100 characters"],
    ["name", name === undefined || isText(name, 0, 255), "must be at most 255 characters"],
    ["payload", payload === undefined || isText(payload, 0, 100_000), "must be at most 100000 characters"],
    ["payload", payload === undefined || payload === "" || isPayload(payload), "must be valid JSON object or array"]
  ]
  const broken = rules.find(([, holds]) => !holds)
  return broken === undefined ? null : { [broken[0]]: sentence(`${broken[0]} ${broken[2]}`) }
}

/**
 * `host.scheduler` in memory, for unit tests. It judges endpoints, cron expressions, time zones, payloads and the number of
 * schedules as the host does, and starts nothing. With `fail` every call fails with that code: a change by its result.
 *
 * @example
 * ```ts
 * import { createMockHostBindings, mockScheduler } from "@alga-psa/ext-extension-sdk"
 *
 * const { scheduler } = createMockHostBindings({ scheduler: mockScheduler([{ path: "/sync" }]) })
 * const often = await scheduler.create({ endpoint: "/sync", cron: "* * * * *" })
 * console.log(often.fieldErrors) // { cron: 'must start at most every 5 minutes' }
 * await scheduler.create({ endpoint: "/sync", cron: "0 2 * * *" })
 * console.log((await scheduler.list()).length) // 1
 * ```
 */
export const mockScheduler = (
  fixtures: ReadonlyArray<EndpointFixture> = [],
  { fail }: MockPortOptions<SchedulerErrorCode> = {}
): SchedulerHost => {
  const endpoints = fixtures.map(
    (fixture, at): EndpointInfo => ({
      ...{ id: `endpoint-${at + 1}`, method: "GET", handler: "dist/main", schedulable: true },
      ...fixture
    })
  )
  const schedules = new Map<string, ScheduleInfo>()
  let made = 0

  const endpointOf = (wanted: string): EndpointInfo | undefined =>
    endpoints.find(
      ({ id, method, path, schedulable }) =>
        schedulable && (wanted === id || wanted === `${method} ${path}` || (method === "GET" && wanted === path))
    )

  const judged = (endpoint: string, cron: string, timezone: string) => {
    const found = endpointOf(endpoint)
    const wrong = cronError(cron)
    const errors: Errors = {
      ...(found === undefined ? { endpoint: "must be an endpoint that can be scheduled" } : {}),
      ...(wrong === null ? {} : { cron: wrong }),
      ...(isTimezone(timezone) ? {} : { timezone: "must be an IANA time zone" })
    }
    return { found, errors: Object.keys(errors).length === 0 ? null : errors }
  }

  const refusal = (input: Lowered | null) => {
    if (fail !== undefined) return notDone(fail)
    const errors = input === null ? null : inputErrors(input)
    return errors === null ? null : notDone(Object.values(errors)[0] ?? "", errors)
  }

  return {
    list: async () => {
      failing("scheduler.list", fail)
      return [...schedules.values()]
    },
    get: async (given) => {
      const id = text(given, "scheduleId")
      failing("scheduler.get", fail)
      check(isText(id, 1, 64), "scheduler.get", "validation-failed")
      return schedules.get(id) ?? null
    },
    getEndpoints: async () => {
      failing("scheduler.getEndpoints", fail)
      return endpoints
    },
    create: async (given) => {
      const input = createScheduleInput(given, "input")
      const refused = refusal(input)
      if (refused !== null) return refused
      if (schedules.size >= mostSchedules) return notDone(`At most ${mostSchedules} schedules per install`)
      const timezone = input.timezone ?? "UTC"
      const { errors, found } = judged(input.endpoint, input.cron, timezone)
      if (found === undefined || errors !== null) return notDone("Validation failed", errors ?? {})
      const id = `00000000-0000-4000-8000-${String(++made).padStart(12, "0")}`
      schedules.set(id, {
        id,
        endpointPath: found.path,
        endpointMethod: found.method,
        name: input.name || null,
        cron: input.cron,
        timezone,
        enabled: input.enabled ?? true,
        payload: input.payload === undefined ? null : JSON.parse(input.payload),
        lastRunAt: null,
        lastRunStatus: null,
        lastError: null,
        createdAt: new Date().toISOString()
      })
      return { success: true, scheduleId: id }
    },
    update: async (givenId, given) => {
      const [id, input] = [text(givenId, "scheduleId"), updateScheduleInput(given, "input")]
      const refused = refusal(input)
      if (refused !== null) return refused
      const before = schedules.get(id)
      if (before === undefined) return notDone("Schedule not found")
      const [cron, timezone] = [input.cron ?? before.cron, input.timezone ?? before.timezone]
      const wanted = input.endpoint ?? `${before.endpointMethod} ${before.endpointPath}`
      const { errors, found } = judged(wanted, cron, timezone)
      if (found === undefined || errors !== null) return notDone("Validation failed", errors ?? {})
      schedules.set(id, {
        ...before,
        endpointPath: found.path,
        endpointMethod: found.method,
        cron,
        timezone,
        enabled: input.enabled ?? before.enabled,
        name: (input.name === undefined ? before.name : input.name) || null,
        payload: input.payload === undefined ? before.payload : input.payload === "" ? null : JSON.parse(input.payload)
      })
      return { success: true }
    },
    delete: async (given) => {
      const id = text(given, "scheduleId")
      return refusal(null) ?? (schedules.delete(id) ? { success: true } : notDone("Schedule not found"))
    }
  }
}
