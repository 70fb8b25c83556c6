import type { HostBindings } from "../HostBindings.ts"
import { HostError } from "../HostError.ts"
import { parsed } from "./lift.ts"
import type { ResourceData } from "./resourceData.ts"
import { resources } from "./resources/data.ts"
import { resourceNames } from "./resources/names.ts"

/** Each function of the world as calls of `host`. */
type Answers = Readonly<Record<string, Readonly<Record<string, (...args: ReadonlyArray<never>) => unknown>>>>

type Fields = Readonly<Record<string, unknown>>

/** A record with exactly these fields; what is not there is null. */
const recordOf = (fields: ReadonlyArray<string>, value: object): Fields =>
  Object.fromEntries(fields.map((field) => [field, (value as Fields)[field] ?? null]))

/** A record without what is not given, as authors write inputs. */
const given = (input: Fields): Fields => Object.fromEntries(Object.entries(input).filter(([, value]) => value !== null))

const jsonText = (value: unknown): string | null =>
  value === undefined || value === null ? null : typeof value === "string" ? value : JSON.stringify(value)

const scheduleFields = [
  ...["id", "endpointPath", "endpointMethod", "name", "cron", "timezone", "enabled"],
  ...["lastRunAt", "lastRunStatus", "lastError", "createdAt"]
]

const schedule = (value: object) => ({
  ...recordOf(scheduleFields, value),
  payload: jsonText((value as Fields)["payload"])
})

const outcome = (fields: ReadonlyArray<string>, value: object) => ({
  ...recordOf(["success", "error", ...fields], value),
  fieldErrors: jsonText((value as Fields)["fieldErrors"])
})

const withPayload = (input: Fields): never => {
  const { payload, ...rest } = given(input)
  return (payload === undefined ? rest : { ...rest, payload: parsed(String(payload)) }) as never
}

const contextFields = ["requestId", "tenantId", "extensionId", "installId", "versionId"]
const userFields = ["tenantId", "clientName", "userId", "userEmail", "userName", "userType"]
const invoiceFields = ["success", "invoiceId", "invoiceNumber", "status", "subtotal", "tax", "total", "error"]

/** So many entries are on a page of a namespace. */
const pageEntries = 25

const keyIn = (cursor: string): string => {
  const text = atob(cursor.replaceAll("-", "+").replaceAll("_", "/"))
  return JSON.parse(new TextDecoder().decode(Uint8Array.from(text, (letter) => letter.charCodeAt(0)))).key
}

const byKey = (one: { readonly key: string }, other: { readonly key: string }) => (one.key < other.key ? -1 : 1)

const storageOf = ({ storage }: HostBindings): Answers[string] => ({
  get: async (namespace: string, key: string) => {
    const found = await storage.getBytes(namespace, key)
    if (found === null) throw new HostError("storage.get", "missing")
    return { namespace, key, value: found.value, revision: BigInt(found.revision) }
  },
  put: async ({ key, namespace, revision, value }: Fields & { key: string; namespace: string; value: Uint8Array }) => {
    const options = revision === null ? {} : { ifRevision: Number(revision) }
    return { namespace, key, value, revision: BigInt(await storage.putBytes(namespace, key, value, options)) }
  },
  delete: (namespace: string, key: string) => storage.delete(namespace, key),
  listEntries: async (namespace: string, cursor: string | null) => {
    const after = cursor === null ? "" : keyIn(cursor)
    const found = (await storage.list(namespace)).toSorted(byKey).filter(({ key }) => key > after)
    return found.slice(0, pageEntries).map(({ key, revision, value }) => ({
      namespace,
      key,
      value,
      revision: typeof revision === "number" ? BigInt(revision) : null
    }))
  }
})

const schedulerOf = ({ scheduler }: HostBindings): Answers[string] => ({
  listSchedules: async () => (await scheduler.list()).map(schedule),
  getSchedule: async (id: string) => {
    const found = await scheduler.get(id)
    return found === null ? null : schedule(found)
  },
  createSchedule: async (input: Fields) => outcome(["scheduleId"], await scheduler.create(withPayload(input))),
  updateSchedule: async (id: string, input: Fields) => outcome([], await scheduler.update(id, withPayload(input))),
  deleteSchedule: async (id: string) => recordOf(["success", "error"], await scheduler.delete(id)),
  getEndpoints: () => scheduler.getEndpoints()
})

const readsOf = (host: HostBindings): Answers =>
  Object.fromEntries(
    resourceNames.map((name) => {
      const data: ResourceData = resources[name]
      const reads = host[name] as unknown as Readonly<Record<string, (...args: ReadonlyArray<unknown>) => unknown>>
      return [
        name.replace(/V(\d)$/, "-v$1"),
        Object.fromEntries(
          Object.entries(data.operations).map(([operation, { member }]) => [
            member,
            (...args: ReadonlyArray<unknown>) => reads[operation]?.(...args)
          ])
        )
      ]
    })
  )

/** The answers of host bindings to every function of the world. */
export const answersOf = (host: HostBindings): Answers => ({
  ...readsOf(host),
  context: { getContext: async () => recordOf(contextFields, await host.context.get()) },
  secrets: { get: (key: string) => host.secrets.get(key), listKeys: () => host.secrets.list() },
  http: {
    fetch: async (request: Parameters<HostBindings["http"]["fetch"]>[0]) =>
      recordOf(["status", "headers", "body"], await host.http.fetch(request))
  },
  storage: storageOf(host),
  logging: {
    logInfo: (line: string) => host.logging.info(line),
    logWarn: (line: string) => host.logging.warn(line),
    logError: (line: string) => host.logging.error(line)
  },
  "ui-proxy": { callRoute: (route: string, payload: Uint8Array | null) => host.uiProxy.callRoute(route, payload) },
  user: { getUser: async () => recordOf(userFields, await host.user.getUser()) },
  "user-v2": {
    getUser: async () => {
      const user = await host.user.getUser()
      return { ...recordOf([...userFields, "clientId"], user), additionalFields: Object.entries(user.additionalFields) }
    }
  },
  scheduler: schedulerOf(host),
  invoicing: {
    createManualInvoice: async ({ items, ...input }: Fields & { items: ReadonlyArray<Fields> }) => {
      const made = await host.invoicing.createManualInvoice({ ...given(input), items: items.map(given) } as never)
      return { ...recordOf(invoiceFields, made), fieldErrors: jsonText(made.fieldErrors) }
    }
  }
})
