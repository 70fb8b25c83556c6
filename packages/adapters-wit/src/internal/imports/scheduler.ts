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
    listSchedules: hostFunction(Schema.Tuple([]), () =>
      gated(reading, reply(scheduler.listSchedules, reading.internal))
    ),
    getSchedule: hostFunction(Schema.Tuple([Schema.String]), ([id]) =>
      gated(reading, reply(scheduler.getSchedule(id), reading.internal))
    ),
    createSchedule: hostFunction(Schema.Tuple([CreateScheduleInput]), ([input]) =>
      gated(creating, reply(scheduler.createSchedule(input), creating.internal))
    ),
    updateSchedule: hostFunction(Schema.Tuple([Schema.String, UpdateScheduleInput]), ([id, input]) =>
      gated(changing, reply(scheduler.updateSchedule(id, input), changing.internal))
    ),
    deleteSchedule: hostFunction(Schema.Tuple([Schema.String]), ([id]) =>
      gated(deleting, reply(scheduler.deleteSchedule(id), deleting.internal))
    ),
    getEndpoints: hostFunction(Schema.Tuple([]), () => gated(reading, reply(scheduler.getEndpoints, reading.internal)))
  })
})
