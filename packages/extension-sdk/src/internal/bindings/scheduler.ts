/// <reference path="../world.d.ts" />
import * as scheduler from "alga:extension/scheduler"
import type { SchedulerHost } from "@alga-psa/extension-runtime"
import { hostCall } from "../hostCall.ts"
import { fieldMessages, lift, parsed, withoutNulls } from "../lift.ts"
import { text } from "../lower.ts"
import { createScheduleInput, updateScheduleInput } from "../shapes.ts"

const liftSchedule = ({ payload, ...schedule }: World.ScheduleInfo) => ({
  ...lift(schedule),
  payload: payload === undefined || payload === null ? null : parsed(payload)
})

const liftOutcome = (outcome: World.UpdateScheduleResult & Partial<World.CreateScheduleResult>) => {
  const { fieldErrors, scheduleId, ...rest } = lift(outcome)
  return withoutNulls({ ...rest, scheduleId: scheduleId ?? null, fieldErrors: fieldMessages(fieldErrors) })
}

/** `host.scheduler` over the world. */
export const binding: SchedulerHost = {
  list: async () => Array.from(hostCall("scheduler.list", scheduler.listSchedules), liftSchedule),
  get: async (id) => {
    const lowered = text(id, "scheduleId")
    const schedule = hostCall("scheduler.get", () => scheduler.getSchedule(lowered))
    return schedule ? liftSchedule(schedule) : null
  },
  create: async (input) => {
    const lowered = createScheduleInput(input, "input")
    return liftOutcome(hostCall("scheduler.create", () => scheduler.createSchedule(lowered)))
  },
  update: async (id, input) => {
    const [scheduleId, lowered] = [text(id, "scheduleId"), updateScheduleInput(input, "input")]
    return liftOutcome(hostCall("scheduler.update", () => scheduler.updateSchedule(scheduleId, lowered)))
  },
  delete: async (id) => {
    const lowered = text(id, "scheduleId")
    return withoutNulls(lift(hostCall("scheduler.delete", () => scheduler.deleteSchedule(lowered))))
  },
  getEndpoints: async () => lift(hostCall("scheduler.getEndpoints", scheduler.getEndpoints))
}
