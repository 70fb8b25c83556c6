import { Context, Effect, Layer } from "effect"
import type { Authorization } from "./Authorization.ts"
import type { Guarded } from "./Guarded.ts"
import { guardOf } from "./internal/guard.ts"
import * as Input from "./internal/input.ts"
import { CreateScheduleInput, UpdateScheduleInput } from "./ScheduleInput.ts"
import { type ScheduleDeleted, Scheduler, SchedulerError, type SchedulerService } from "./Scheduler.ts"

/**
 * Schedules for an execution that has `cap:scheduler.manage`. An id has 1 to 64 characters; see {@link CreateScheduleInput} for
 * the other rules.
 */
export class GuardedScheduler extends Context.Service<GuardedScheduler, Guarded<SchedulerService>>()(
  "@alga-psa/ext-domain/GuardedScheduler"
) {}

const rights = { capability: "cap:scheduler.manage", permission: null, errors: [SchedulerError] } as const
const operation = <Access extends "read" | "write">(name: string, method: string, access: Access) =>
  ({ name: `scheduler.${name}`, span: `Scheduler.${method}`, access, ...rights }) as const

const listing = operation("list-schedules", "listSchedules", "read")
const getting = operation("get-schedule", "getSchedule", "read")
const creating = { ...operation("create-schedule", "createSchedule", "write"), refuses: true } as const
const updating = { ...operation("update-schedule", "updateSchedule", "write"), refuses: true } as const
const deleting = { ...operation("delete-schedule", "deleteSchedule", "write"), refuses: true } as const
const endpoints = operation("get-endpoints", "getEndpoints", "read")

const decodeId = Input.decode(Input.text(1, 64), "scheduleId")
const decodeNew = Input.decode(CreateScheduleInput, "input")
const decodeChange = Input.decode(UpdateScheduleInput, "input")

const changing = { count: () => 1, refused: ({ success }: ScheduleDeleted) => !success }

const make = Effect.gen(function* () {
  const scheduler = yield* Scheduler
  const guarded = yield* guardOf([listing, getting, creating, updating, deleting, endpoints])

  return GuardedScheduler.of({
    listSchedules: guarded(listing, {
      input: Input.none,
      run: () => scheduler.listSchedules,
      count: (found) => found.length
    }),
    getSchedule: (id) =>
      guarded(getting, {
        input: decodeId(id),
        run: (_, valid) => scheduler.getSchedule(valid),
        count: (found) => (found === null ? 0 : 1)
      }),
    createSchedule: (input) =>
      guarded(creating, {
        input: decodeNew(input),
        run: (_, valid) => scheduler.createSchedule(valid),
        ...changing
      }),
    updateSchedule: (id, input) =>
      guarded(updating, {
        input: Effect.all([decodeId(id), decodeChange(input)]),
        run: (_, [valid, change]) => scheduler.updateSchedule(valid, change),
        ...changing
      }),
    deleteSchedule: (id) =>
      guarded(deleting, { input: decodeId(id), run: (_, valid) => scheduler.deleteSchedule(valid), ...changing }),
    getEndpoints: guarded(endpoints, {
      input: Input.none,
      run: () => scheduler.getEndpoints,
      count: (found) => found.length
    })
  })
})

/** The guarded port over the port. */
export const layerGuardedScheduler: Layer.Layer<GuardedScheduler, never, Scheduler | Authorization> = Layer.effect(
  GuardedScheduler,
  make
)
