import { GuardedScheduler, notChanged, notCreated, notDeleted } from "@alga-psa/ext-domain"
import { Effect, Schema } from "effect"
import { hostFunction, hostInterface, renamed, replyOr } from "./hostFunction.ts"
import { refusalIn } from "./refusals.ts"
import { option } from "./witTypes.ts"

const optional = {
  timezone: option(Schema.String),
  enabled: option(Schema.Boolean),
  name: option(Schema.String),
  payload: option(Schema.String)
}
const CreateInput = Schema.Struct({ endpoint: Schema.String, cron: Schema.String, ...optional })
const UpdateInput = Schema.Struct({ endpoint: option(Schema.String), cron: option(Schema.String), ...optional })

/** The arguments of the interface's functions. */
export const schedulerArguments = {
  listSchedules: Schema.Tuple([]),
  getSchedule: Schema.Tuple([Schema.String]),
  createSchedule: Schema.Tuple([CreateInput]),
  updateSchedule: Schema.Tuple([Schema.String, UpdateInput]),
  deleteSchedule: Schema.Tuple([Schema.String]),
  getEndpoints: Schema.Tuple([])
}

const refusal = renamed({ "not-allowed": "denied", "invalid-input": "validation-failed" })
const uncreated = refusalIn(notCreated)
const unchanged = refusalIn(notChanged)
const undeleted = refusalIn(notDeleted)

/** The interface `scheduler` over the guarded port. */
export const schedulerInterface = Effect.map(GuardedScheduler, (scheduler) =>
  hostInterface({
    listSchedules: hostFunction(schedulerArguments.listSchedules, () => replyOr(scheduler.listSchedules, refusal)),
    getSchedule: hostFunction(schedulerArguments.getSchedule, ([id]) => replyOr(scheduler.getSchedule(id), refusal)),
    createSchedule: hostFunction(schedulerArguments.createSchedule, ([input]) =>
      replyOr(scheduler.createSchedule(input), uncreated)
    ),
    updateSchedule: hostFunction(schedulerArguments.updateSchedule, ([id, input]) =>
      replyOr(scheduler.updateSchedule(id, input), unchanged)
    ),
    deleteSchedule: hostFunction(schedulerArguments.deleteSchedule, ([id]) =>
      replyOr(scheduler.deleteSchedule(id), undeleted)
    ),
    getEndpoints: hostFunction(schedulerArguments.getEndpoints, () => replyOr(scheduler.getEndpoints, refusal))
  })
)
