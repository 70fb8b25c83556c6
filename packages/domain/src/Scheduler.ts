import { Context, Effect, Layer, Schema } from "effect"
import type { Invocation } from "./Invocation.ts"
import { NotOffered } from "./NotOffered.ts"
import type { CreateScheduleInput, UpdateScheduleInput } from "./ScheduleInput.ts"

/** Why the scheduler did not answer; the cases of the WIT enum `scheduler-error`. */
export class SchedulerError extends Schema.TaggedError<SchedulerError>()("SchedulerError", {
  code: Schema.Literals(["not-found", "validation-failed", "quota-exceeded", "denied", "internal"]),
  /** True where a change was asked for and its answer was lost: it may have been made. */
  mayBeDone: Schema.optionalKey(Schema.Boolean),
  /** For the host's own log. It never reaches an extension. */
  cause: Schema.optionalKey(Schema.Defect())
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
 * Schedules of the install behind the current execution. It checks no right: that is the work of `GuardedScheduler`.
 *
 * Guarantees, for every implementation:
 * - An install sees and changes its own schedules only: another's is not there.
 * - A schedule that was made is enabled and in UTC unless its input says otherwise.
 * - In an update what is absent stays; an empty name or payload clears it. A schedule made with an empty name has none.
 * - What breaks a rule of the scheduler's (endpoint, cron, time zone, number of schedules) is `success: false` with an error
 *   text and changes nothing. So are an update and a delete of a schedule that is not there.
 * - A change is sent once at most.
 */
export interface SchedulerService {
  /** All schedules, in any order. */
  readonly listSchedules: Effect.Effect<ReadonlyArray<ScheduleInfo>, SchedulerError, Invocation>
  /** The schedule, or null where the install has none of that id. */
  readonly getSchedule: (id: string) => Effect.Effect<ScheduleInfo | null, SchedulerError, Invocation>
  readonly createSchedule: (input: CreateScheduleInput) => Effect.Effect<ScheduleCreated, SchedulerError, Invocation>
  readonly updateSchedule: (
    id: string,
    input: UpdateScheduleInput
  ) => Effect.Effect<ScheduleChanged, SchedulerError, Invocation>
  readonly deleteSchedule: (id: string) => Effect.Effect<ScheduleDeleted, SchedulerError, Invocation>
  /** Endpoints of the installed version, in any order. */
  readonly getEndpoints: Effect.Effect<ReadonlyArray<EndpointInfo>, SchedulerError, Invocation>
}

/** The port to schedules. */
export class Scheduler extends Context.Service<Scheduler, SchedulerService>()("@alga-psa/ext-domain/Scheduler") {}

/** The answer where no schedule was deleted. */
export const notDeleted = (error: string): ScheduleDeleted => ({ success: false, error })

/** The answer where no schedule was changed. */
export const notChanged = (error: string, fieldErrors: string | null = null): ScheduleChanged => ({
  ...notDeleted(error),
  fieldErrors
})

/** The answer where no schedule was made. */
export const notCreated = (error: string, fieldErrors: string | null = null): ScheduleCreated => ({
  ...notChanged(error, fieldErrors),
  scheduleId: null
})

const denied = Effect.fail(new SchedulerError({ code: "denied", cause: new NotOffered({ port: "scheduler" }) }))

/** Schedules nothing for anybody. */
export const layerSchedulerDenied: Layer.Layer<Scheduler> = Layer.succeed(Scheduler, {
  listSchedules: denied,
  getSchedule: () => denied,
  createSchedule: () => denied,
  updateSchedule: () => denied,
  deleteSchedule: () => denied,
  getEndpoints: denied
})
