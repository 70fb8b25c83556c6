import type { Invocation } from "@alga-psa/ext-domain"
import { Context, Effect, Layer, Schema } from "effect"
import { option } from "./internal/imports/witTypes.ts"

/** Why the scheduler did not answer; the cases of the WIT enum `scheduler-error`. */
export class SchedulerError extends Schema.TaggedError<SchedulerError>()("SchedulerError", {
  code: Schema.Literals(["not-found", "validation-failed", "quota-exceeded", "denied", "internal"])
}) {}

/** One schedule of an install. Times are ISO 8601, `payload` is a JSON text. */
export interface ScheduleInfo {
  readonly id: string
  readonly endpointPath: string
  readonly endpointMethod: string
  readonly name: string | null
  readonly cron: string
  readonly timezone: string
  readonly enabled: boolean
  readonly payload: string | null
  readonly lastRunAt: string | null
  readonly lastRunStatus: string | null
  readonly lastError: string | null
  readonly createdAt: string | null
}

/** One endpoint of an extension's manifest. */
export interface EndpointInfo {
  readonly id: string
  readonly method: string
  readonly path: string
  readonly handler: string
  readonly schedulable: boolean
}

/** What a new schedule is to be, as the guest wrote it. */
export const CreateScheduleInput = Schema.Struct({
  endpoint: Schema.String,
  cron: Schema.String,
  timezone: option(Schema.String),
  enabled: option(Schema.Boolean),
  name: option(Schema.String),
  payload: option(Schema.String)
})
export interface CreateScheduleInput extends Schema.Schema.Type<typeof CreateScheduleInput> {}

/** What is to change in a schedule, as the guest wrote it. What is absent stays. */
export const UpdateScheduleInput = Schema.Struct({
  endpoint: option(Schema.String),
  cron: option(Schema.String),
  timezone: option(Schema.String),
  enabled: option(Schema.Boolean),
  name: option(Schema.String),
  payload: option(Schema.String)
})
export interface UpdateScheduleInput extends Schema.Schema.Type<typeof UpdateScheduleInput> {}

/** How a delete ended. Where `success` is false nothing was changed. */
export interface ScheduleDeleted {
  readonly success: boolean
  readonly error: string | null
}

/** How a change of a schedule ended. */
export interface ScheduleChanged extends ScheduleDeleted {
  /** A JSON object of field names to messages. */
  readonly fieldErrors: string | null
}

/** How the making of a schedule ended. */
export interface ScheduleCreated extends ScheduleChanged {
  readonly scheduleId: string | null
}

/**
 * Schedules of the install behind the current execution.
 *
 * Guarantees, for every implementation:
 * - An install sees and changes its own schedules only.
 * - Asked only where the capability `cap:scheduler.manage` is effective.
 */
export interface SchedulerService {
  readonly listSchedules: Effect.Effect<ReadonlyArray<ScheduleInfo>, SchedulerError, Invocation>
  readonly getSchedule: (id: string) => Effect.Effect<ScheduleInfo | null, SchedulerError, Invocation>
  readonly createSchedule: (input: CreateScheduleInput) => Effect.Effect<ScheduleCreated, never, Invocation>
  readonly updateSchedule: (id: string, input: UpdateScheduleInput) => Effect.Effect<ScheduleChanged, never, Invocation>
  readonly deleteSchedule: (id: string) => Effect.Effect<ScheduleDeleted, never, Invocation>
  readonly getEndpoints: Effect.Effect<ReadonlyArray<EndpointInfo>, SchedulerError, Invocation>
}

/** The port to schedules. */
export class Scheduler extends Context.Service<Scheduler, SchedulerService>()("@alga-psa/ext-adapters-wit/Scheduler") {}

const denied = Effect.fail(new SchedulerError({ code: "denied" }))
/** The answer where no schedule was deleted. */
export const notDeleted = (error: string): ScheduleDeleted => ({ success: false, error })

/** The answer where no schedule was changed. */
export const notChanged = (error: string): ScheduleChanged => ({ ...notDeleted(error), fieldErrors: null })

/** The answer where no schedule was made. */
export const notCreated = (error: string): ScheduleCreated => ({ ...notChanged(error), scheduleId: null })

/** Schedules nothing for anybody. */
export const layerSchedulerDenied: Layer.Layer<Scheduler> = Layer.succeed(Scheduler, {
  listSchedules: denied,
  getSchedule: () => denied,
  createSchedule: () => Effect.succeed(notCreated("denied")),
  updateSchedule: () => Effect.succeed(notChanged("denied")),
  deleteSchedule: () => Effect.succeed(notDeleted("denied")),
  getEndpoints: denied
})
