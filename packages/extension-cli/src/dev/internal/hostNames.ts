import { type HostCall, packageName } from "@alga-psa/ext-adapters-wit"
import { forEachInterface, type Operations } from "@alga-psa/ext-domain"
import type { WrittenCalls } from "../WrittenCalls.ts"

/** The functions of `host` that call a function of the world, the most likely first. */
type Callers = Readonly<Record<string, readonly [string, ...ReadonlyArray<string>]>>

const readers = (operations: Operations): Callers =>
  Object.fromEntries(
    Object.entries(operations).map(([name, { member }]) => [
      member,
      /^(list|page)$/.test(name) ? ["list", "all"] : [name]
    ])
  )

const interfaces: Readonly<Record<string, Callers>> = {
  context: { getContext: ["get"] },
  secrets: { get: ["get"], listKeys: ["list"] },
  http: { fetch: ["fetch"] },
  storage: {
    get: ["get", "getJson", "getBytes"],
    put: ["put", "putJson", "putBytes"],
    delete: ["delete"],
    listEntries: ["list", "all"]
  },
  "ui-proxy": { callRoute: ["callRoute", "call"] },
  scheduler: {
    listSchedules: ["list"],
    getSchedule: ["get"],
    createSchedule: ["create"],
    updateSchedule: ["update"],
    deleteSchedule: ["delete"],
    getEndpoints: ["getEndpoints"]
  },
  ...forEachInterface(readers)
}

/** The parts of `host` whose name does not follow from their interface. */
const parts: Readonly<Record<string, string>> = { "user-v2": "user" }

const partOf = (name: string): string =>
  parts[name] ?? name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase())

/** `all` asks for as many records at once. */
const isLargest = ([input]: HostCall["args"]): boolean =>
  typeof input === "object" && input !== null && "pageSize" in input && input.pageSize === 100

/** A host call as the author wrote it, and where, as far as the sources tell. */
export const hostName = (
  call: HostCall,
  written: WrittenCalls
): { readonly name: string; readonly places: ReadonlyArray<string> } => {
  const name = call.interface.replace(`${packageName}/`, "")
  const part = partOf(name)
  const callers = interfaces[name]?.[call.function] ?? [call.function]
  const used = callers.filter((caller) => written.has(`${part}.${caller}`))
  const chosen = used.length > 1 && used.includes("all") && isLargest(call.args) ? "all" : (used[0] ?? callers[0])
  const key = `${part}.${chosen}`
  return {
    name: key === "http.fetch" && used.length === 0 ? "fetch" : `host.${key}`,
    places: written.get(key) ?? []
  }
}

/** Every part of `host`, by the name that an author writes. */
export const hostParts: ReadonlySet<string> = new Set([...Object.keys(interfaces), "user", "invoicing"].map(partOf))
