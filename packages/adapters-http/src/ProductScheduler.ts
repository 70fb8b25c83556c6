import type { Invocation } from "@alga-psa/ext-domain/Invocation"
import type { CreateScheduleInput, UpdateScheduleInput } from "@alga-psa/ext-domain/ScheduleInput"
import { notChanged, notCreated, notDeleted, Scheduler, SchedulerError } from "@alga-psa/ext-domain/Scheduler"
import { Effect, Layer, Option, Schema } from "effect"
import { type Refusal, refusalOf } from "./internal/refusal.ts"
import { nonsense, ProductApi } from "./ProductApi.ts"
import type { ServerFailed } from "./ServerFailed.ts"

const nullable = Schema.NullOr(Schema.String).pipe(Schema.withDecodingDefaultKey(Effect.succeed(null)))

const Schedule = Schema.Struct({
  id: Schema.String,
  endpointPath: Schema.String,
  endpointMethod: Schema.String,
  name: nullable,
  cron: Schema.String,
  timezone: Schema.String,
  enabled: Schema.Boolean,
  payload: Schema.optionalKey(Schema.Unknown),
  lastRunAt: nullable,
  lastRunStatus: nullable,
  lastError: nullable,
  createdAt: nullable
})

/** The product lets an install have 50. */
const Listed = Schema.Struct({ schedules: Schema.Array(Schedule).check(Schema.isMaxLength(1_000)) })
const Got = Schema.Struct({ schedule: Schema.NullOr(Schedule) })
const Endpoints = Schema.Struct({
  endpoints: Schema.Array(
    Schema.Struct({
      id: Schema.String,
      method: Schema.String,
      path: Schema.String,
      handler: Schema.String,
      schedulable: Schema.Boolean
    })
  ).check(Schema.isMaxLength(10_000))
})
const Created = Schema.Struct({ success: Schema.Literal(true), scheduleId: Schema.String })
const Changed = Schema.Struct({ success: Schema.Literal(true) })

const codes: Readonly<Record<number, SchedulerError["code"]>> = {
  400: "validation-failed",
  401: "denied",
  403: "denied",
  404: "not-found",
  429: "quota-exceeded"
}

const failed = (cause: ServerFailed) => new SchedulerError({ code: "internal", cause })
const changeFailed = (cause: ServerFailed) =>
  new SchedulerError({ code: "internal", cause, ...(cause.mayBeDone ? { mayBeDone: true } : {}) })

const infoOf = ({ payload = null, ...schedule }: typeof Schedule.Type) => ({
  ...schedule,
  payload: payload === null || typeof payload === "string" ? payload : JSON.stringify(payload)
})

const payloadRule = "Payload must be valid JSON object or array"
const payloadRefused: Refusal = { error: payloadRule, fieldErrors: JSON.stringify({ payload: payloadRule }) }

const decodeJson = Schema.decodeUnknownOption(
  Schema.fromJsonString(Schema.Union([Schema.Record(Schema.String, Schema.Unknown), Schema.Array(Schema.Unknown)]))
)

/** What of an input is said. A payload goes out as the JSON that its text is; null where it is none. */
const givenOf = (input: CreateScheduleInput | UpdateScheduleInput): Readonly<Record<string, unknown>> | null => {
  const given = Object.fromEntries(Object.entries(input).filter(([, value]) => value !== null && value !== undefined))
  if (!input.payload) return given
  const payload = decodeJson(input.payload)
  return Option.isNone(payload) ? null : { ...given, payload: payload.value }
}

/** The same of a new schedule: an empty name or payload is none. */
const saidNew = (input: CreateScheduleInput) =>
  givenOf({ ...input, name: input.name || null, payload: input.payload || null })

/** The same of a change: null clears. */
const givenChange = (input: UpdateScheduleInput) => {
  const given = givenOf(input)
  const empty = (["name", "payload"] as const).filter((name) => input[name] === "")
  return given && { ...given, ...Object.fromEntries(empty.map((name) => [name, null])) }
}

const make = Effect.map(ProductApi, ({ ask }) => {
  const read = Effect.fnUntraced(function* <A>(
    expected: Schema.ConstraintDecoder<A>,
    operation: string,
    input: Readonly<Record<string, unknown>> = {}
  ) {
    const answer = yield* Effect.mapError(ask("scheduler", operation, input), failed)
    if (answer.status >= 400) return yield* new SchedulerError({ code: codes[answer.status] ?? "internal" })
    return yield* Effect.mapError(Schema.decodeUnknownEffect(expected)(answer.body), () => failed(nonsense(answer)))
  })

  /** The answer to a change, or how it was refused. */
  const change = Effect.fnUntraced(function* <A, Refused>(
    expected: Schema.ConstraintDecoder<A>,
    operation: string,
    input: Readonly<Record<string, unknown>> | null,
    refuse: (refusal: Refusal) => Refused
  ): Effect.fn.Return<A | Refused, SchedulerError, Invocation> {
    if (input === null) return refuse(payloadRefused)
    const answer = yield* Effect.mapError(ask("scheduler", operation, input), changeFailed)
    const refusal = refusalOf(answer.status, answer.body)
    if (refusal !== null) return refuse(refusal)
    if (answer.status >= 400) return yield* new SchedulerError({ code: codes[answer.status] ?? "internal" })
    return yield* Effect.mapError(Schema.decodeUnknownEffect(expected)(answer.body), () =>
      changeFailed(nonsense(answer))
    )
  })

  return Scheduler.of({
    listSchedules: Effect.map(read(Listed, "list"), ({ schedules }) => schedules.map(infoOf)),
    getSchedule: (scheduleId) =>
      Effect.map(read(Got, "get", { scheduleId }), ({ schedule }) => (schedule === null ? null : infoOf(schedule))),
    createSchedule: (input) =>
      Effect.map(
        change(Created, "create", saidNew(input), ({ error, fieldErrors }) => notCreated(error, fieldErrors)),
        (made) => ({ error: null, fieldErrors: null, ...made })
      ),
    updateSchedule: (scheduleId, input) => {
      const given = givenChange(input)
      return Effect.map(
        change(Changed, "update", given && { ...given, scheduleId }, ({ error, fieldErrors }) =>
          notChanged(error, fieldErrors)
        ),
        (made) => ({ error: null, fieldErrors: null, ...made })
      )
    },
    deleteSchedule: (scheduleId) =>
      Effect.map(
        change(Changed, "delete", { scheduleId }, ({ error }) => notDeleted(error)),
        (made) => ({ error: null, ...made })
      ),
    getEndpoints: Effect.map(read(Endpoints, "getEndpoints"), ({ endpoints }) => endpoints)
  })
})

/** {@link Scheduler} in the product. */
export const layerSchedulerHttp: Layer.Layer<Scheduler, never, ProductApi> = Layer.effect(Scheduler, make)
