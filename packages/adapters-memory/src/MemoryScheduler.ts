import {
  type EndpointInfo,
  notChanged,
  notCreated,
  notDeleted,
  type ScheduleInfo,
  Scheduler
} from "@alga-psa/ext-domain/Scheduler"
import { Clock, Context, Effect, Layer } from "effect"
import { checkSchedule } from "./internal/schedule.ts"
import { installKey, MemoryInstalls } from "./MemoryInstalls.ts"

/** The product lets an install have no more. */
const mostSchedules = 50

/** Each given field in place of the one before; null leaves it. */
const given = <A>(value: A | null | undefined, before: A): A => value ?? before

/** The same of a text that a schedule need not have: an empty one clears it. */
const cleared = (value: string | null | undefined, before: string | null): string | null => given(value, before) || null

const endpointOf = (endpoints: ReadonlyArray<EndpointInfo>, wanted: string): EndpointInfo | undefined =>
  endpoints.find(
    ({ id, method, path, schedulable }) =>
      schedulable && (wanted === id || wanted === `${method} ${path}` || (method === "GET" && wanted === path))
  )

const fieldErrors = (errors: Readonly<Record<string, string>>) => JSON.stringify(errors)
const invalid = "Validation failed"

/** What {@link layerScheduler} keeps: schedules by id, by `installKey`. */
export class MemorySchedules extends Context.Service<MemorySchedules, Map<string, Map<string, ScheduleInfo>>>()(
  "@alga-psa/ext-adapters-memory/MemorySchedules"
) {}

const make = Effect.gen(function* () {
  const installs = yield* MemoryInstalls
  const schedules = yield* MemorySchedules
  const ofInstall = Effect.map(installKey, (install) => {
    const own = schedules.get(install) ?? new Map<string, ScheduleInfo>()
    schedules.set(install, own)
    return own
  })
  const endpoints = Effect.map(installs.fixtures, (fixtures) => fixtures.endpoints)

  return Scheduler.of({
    listSchedules: Effect.map(ofInstall, (own) => [...own.values()]),
    getSchedule: (id) => Effect.map(ofInstall, (own) => own.get(id) ?? null),
    getEndpoints: endpoints,
    createSchedule: Effect.fnUntraced(function* (input) {
      const own = yield* ofInstall
      if (own.size >= mostSchedules) return notCreated(`At most ${mostSchedules} schedules per install`)
      const endpoint = endpointOf(yield* endpoints, input.endpoint)
      const timezone = given(input.timezone, "UTC")
      const errors = checkSchedule({ endpoint, cron: input.cron, timezone })
      if (endpoint === undefined || errors !== null) return notCreated(invalid, fieldErrors(errors ?? {}))
      const id = crypto.randomUUID()
      own.set(id, {
        id,
        endpointPath: endpoint.path,
        endpointMethod: endpoint.method,
        name: input.name || null,
        cron: input.cron,
        timezone,
        enabled: given(input.enabled, true),
        payload: input.payload || null,
        lastRunAt: null,
        lastRunStatus: null,
        lastError: null,
        createdAt: new Date(yield* Clock.currentTimeMillis).toISOString()
      })
      return { success: true, scheduleId: id, error: null, fieldErrors: null }
    }),
    updateSchedule: Effect.fnUntraced(function* (id, input) {
      const own = yield* ofInstall
      const before = own.get(id)
      if (before === undefined) return notChanged("Schedule not found")
      const wanted = given(input.endpoint, `${before.endpointMethod} ${before.endpointPath}`)
      const endpoint = endpointOf(yield* endpoints, wanted)
      const cron = given(input.cron, before.cron)
      const timezone = given(input.timezone, before.timezone)
      const errors = checkSchedule({ endpoint, cron, timezone })
      if (endpoint === undefined || errors !== null) return notChanged(invalid, fieldErrors(errors ?? {}))
      own.set(id, {
        ...before,
        endpointPath: endpoint.path,
        endpointMethod: endpoint.method,
        cron,
        timezone,
        enabled: given(input.enabled, before.enabled),
        name: cleared(input.name, before.name),
        payload: cleared(input.payload, before.payload)
      })
      return { success: true, error: null, fieldErrors: null }
    }),
    deleteSchedule: (id) =>
      Effect.map(ofInstall, (own) =>
        own.delete(id) ? { success: true, error: null } : notDeleted("Schedule not found")
      )
  })
})

/**
 * {@link Scheduler} in memory, for as long as the layer lives, and what it keeps. It starts nothing. Endpoints are of
 * {@link MemoryInstalls}.
 */
export const layerScheduler: Layer.Layer<Scheduler | MemorySchedules, never, MemoryInstalls> = Layer.effect(
  Scheduler,
  make
).pipe(Layer.provideMerge(Layer.sync(MemorySchedules, () => new Map())))
