/// <reference path="./world.d.ts" />

import { getContext } from "alga:extension/context"
import { fetch } from "alga:extension/http"
import { createManualInvoice } from "alga:extension/invoicing"
import { logError, logInfo, logWarn } from "alga:extension/logging"
import * as scheduler from "alga:extension/scheduler"
import { get as getSecret, listKeys } from "alga:extension/secrets"
import { get, listEntries, put, delete as remove } from "alga:extension/storage"
import { callRoute } from "alga:extension/ui-proxy"
import { getUser } from "alga:extension/user-v2"
import type { HostBindings } from "../HostBindings.ts"
import type { ResourceHosts } from "../Resources.ts"
import { hostCall } from "./hostCall.ts"
import { fieldMessages, lift, parsed, withoutNulls } from "./lift.ts"
import { bytes, option, text } from "./lower.ts"
import { readsOf } from "./reads.ts"
import { resourceImports } from "./resources/imports.ts"
import { resourceNames } from "./resources/names.ts"
import * as shapes from "./shapes.ts"
import { storageOver } from "./storageOver.ts"

const liftSchedule = ({ payload, ...schedule }: World.ScheduleInfo) => ({
  ...lift(schedule),
  payload: payload === undefined || payload === null ? null : parsed(payload)
})

const liftOutcome = (outcome: World.UpdateScheduleResult & Partial<World.CreateScheduleResult>) => {
  const { fieldErrors, scheduleId, ...rest } = lift(outcome)
  return withoutNulls({ ...rest, scheduleId: scheduleId ?? null, fieldErrors: fieldMessages(fieldErrors) })
}

const storage = storageOver({ get, put, remove, listEntries })

const route = async (name: string, payload?: Uint8Array | null): Promise<Uint8Array> => {
  const [target, body] = [text(name, "route"), option(bytes)(payload, "payload")]
  return lift(hostCall("uiProxy.callRoute", () => callRoute(target, body)))
}

const reads = Object.fromEntries(
  resourceNames.map((name) => [name, readsOf(name, resourceImports)])
) as unknown as ResourceHosts

/** The world's imports as an author sees them. */
export const bindings: HostBindings = {
  context: { get: async () => lift(hostCall("context.get", getContext)) },
  ...reads,
  secrets: {
    get: async (key) => {
      const name = text(key, "key")
      return hostCall("secrets.get", () => getSecret(name))
    },
    list: async () => lift(hostCall("secrets.list", listKeys))
  },
  http: {
    fetch: async (request) => {
      const lowered = shapes.httpRequest(request, "request")
      return lift(hostCall("http.fetch", () => fetch(lowered)))
    }
  },
  storage,
  logging: {
    info: async (message) => logInfo(text(message, "message")),
    warn: async (message) => logWarn(text(message, "message")),
    error: async (message) => logError(text(message, "message"))
  },
  uiProxy: { callRoute: route, call: route },
  scheduler: {
    list: async () => Array.from(hostCall("scheduler.list", scheduler.listSchedules), liftSchedule),
    get: async (id) => {
      const lowered = text(id, "scheduleId")
      const schedule = hostCall("scheduler.get", () => scheduler.getSchedule(lowered))
      return schedule ? liftSchedule(schedule) : null
    },
    create: async (input) => {
      const lowered = shapes.createScheduleInput(input, "input")
      return liftOutcome(hostCall("scheduler.create", () => scheduler.createSchedule(lowered)))
    },
    update: async (id, input) => {
      const [scheduleId, lowered] = [text(id, "scheduleId"), shapes.updateScheduleInput(input, "input")]
      return liftOutcome(hostCall("scheduler.update", () => scheduler.updateSchedule(scheduleId, lowered)))
    },
    delete: async (id) => {
      const lowered = text(id, "scheduleId")
      return withoutNulls(lift(hostCall("scheduler.delete", () => scheduler.deleteSchedule(lowered))))
    },
    getEndpoints: async () => lift(hostCall("scheduler.getEndpoints", scheduler.getEndpoints))
  },
  invoicing: {
    createManualInvoice: async (input) => {
      const lowered = shapes.createManualInvoiceInput(input, "input")
      const { fieldErrors, ...result } = lift(
        hostCall("invoicing.createManualInvoice", () => createManualInvoice(lowered))
      )
      return { ...result, fieldErrors: fieldMessages(fieldErrors) }
    }
  },
  user: {
    getUser: async () => {
      const { additionalFields, ...user } = hostCall("user.getUser", getUser)
      return { ...lift(user), additionalFields: Object.fromEntries(Array.from(additionalFields)) }
    }
  }
}
