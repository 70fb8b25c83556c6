import { Effect, Schema } from "effect"
import { error, ok } from "../../HostCall.ts"
import {
  CreateScheduleInput,
  notChanged,
  notCreated,
  notDeleted,
  Scheduler,
  UpdateScheduleInput
} from "../../Scheduler.ts"
import { type GateReplies, gateFor } from "./gated.ts"
import { hostFunction, hostInterface, reply } from "./hostFunction.ts"

/** The arguments of the interface's functions. */
export const schedulerArguments = {
  listSchedules: Schema.Tuple([]),
  getSchedule: Schema.Tuple([Schema.String]),
  createSchedule: Schema.Tuple([CreateScheduleInput]),
  updateSchedule: Schema.Tuple([Schema.String, UpdateScheduleInput]),
  deleteSchedule: Schema.Tuple([Schema.String]),
  getEndpoints: Schema.Tuple([])
}

const refuse = (answer: (why: string) => object): GateReplies => ({
  denied: ok(answer("denied")),
  internal: ok(answer("internal"))
})

const reading = { denied: error("denied"), internal: error("internal") }
const creating = refuse(notCreated)
const changing = refuse(notChanged)
const deleting = refuse(notDeleted)

/** The interface `scheduler` over its port, behind `cap:scheduler.manage`. */
export const schedulerInterface = Effect.gen(function* () {
  const scheduler = yield* Scheduler
  const gated = yield* gateFor("cap:scheduler.manage")
  return hostInterface({
    listSchedules: hostFunction(schedulerArguments.listSchedules, () =>
      gated(reading, reply(scheduler.listSchedules, reading.internal))
    ),
    getSchedule: hostFunction(schedulerArguments.getSchedule, ([id]) =>
      gated(reading, reply(scheduler.getSchedule(id), reading.internal))
    ),
    createSchedule: hostFunction(schedulerArguments.createSchedule, ([input]) =>
      gated(creating, reply(scheduler.createSchedule(input), creating.internal))
    ),
    updateSchedule: hostFunction(schedulerArguments.updateSchedule, ([id, input]) =>
      gated(changing, reply(scheduler.updateSchedule(id, input), changing.internal))
    ),
    deleteSchedule: hostFunction(schedulerArguments.deleteSchedule, ([id]) =>
      gated(deleting, reply(scheduler.deleteSchedule(id), deleting.internal))
    ),
    getEndpoints: hostFunction(schedulerArguments.getEndpoints, () =>
      gated(reading, reply(scheduler.getEndpoints, reading.internal))
    )
  })
})
