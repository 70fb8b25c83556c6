import { Effect, Schema } from "effect"
import { error, ok } from "../../HostCall.ts"
import { CreateScheduleInput, Scheduler, UpdateScheduleInput } from "../../Scheduler.ts"
import { gateFor } from "./gated.ts"
import { hostFunction, hostInterface, reply } from "./hostFunction.ts"

const unchanged = (why: string) => ok({ success: false, scheduleId: null, error: why, fieldErrors: null })
const reading = { denied: error("denied"), internal: error("internal") }
const changing = { denied: unchanged("denied"), internal: unchanged("internal") }

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
      gated(changing, reply(scheduler.createSchedule(input), changing.internal))
    ),
    updateSchedule: hostFunction(Schema.Tuple([Schema.String, UpdateScheduleInput]), ([id, input]) =>
      gated(changing, reply(scheduler.updateSchedule(id, input), changing.internal))
    ),
    deleteSchedule: hostFunction(Schema.Tuple([Schema.String]), ([id]) =>
      gated(changing, reply(scheduler.deleteSchedule(id), changing.internal))
    ),
    getEndpoints: hostFunction(Schema.Tuple([]), () => gated(reading, reply(scheduler.getEndpoints, reading.internal)))
  })
})
