import { Schema } from "effect"
import { type KnownResource, resources } from "./Resources.ts"

const ofResources = resources.map(({ capability }): KnownResource["capability"] => capability)

/** The capabilities this host knows, by the names that manifests and grants use. */
export const Capability = Schema.Literals([
  "cap:context.read",
  "cap:secrets.get",
  "cap:http.fetch",
  "cap:storage.kv",
  "cap:log.emit",
  "cap:ui.proxy",
  "cap:user.read",
  "cap:scheduler.manage",
  "cap:invoice.manual.create",
  ...ofResources
])
export type Capability = typeof Capability.Type

/** Capabilities that every install has without declaring them or being granted them. */
export const alwaysGranted: ReadonlySet<Capability> = new Set(["cap:context.read", "cap:log.emit", "cap:user.read"])

const known: ReadonlySet<string> = new Set(Capability.literals)

/** Whether this host knows a capability of that name. */
export const isCapability = (name: string): name is Capability => known.has(name)

/** Names as they are compared: trimmed and in lower case. What is not an array of strings names nothing. */
const names = (stored: unknown): ReadonlyArray<string> =>
  Array.isArray(stored)
    ? stored.filter((name) => typeof name === "string").map((name) => name.trim().toLowerCase())
    : []

/** The known capabilities that a stored list names. The list is JSON from outside and may hold anything. */
export const parseCapabilities = (stored: unknown): ReadonlySet<Capability> =>
  new Set(names(stored).filter(isCapability))

/** The names in a stored list that this host does not know, once each, in order. */
export const unknownCapabilities = (stored: unknown): ReadonlyArray<string> => [
  ...new Set(names(stored).filter((name) => !isCapability(name)))
]

/**
 * What an install may use: the capabilities that its installed version declares and that it was granted too, and
 * those that are always granted. Clearing a grant, or no longer declaring a capability, revokes it.
 */
export const effectiveCapabilities = (declared: unknown, granted: unknown): ReadonlySet<Capability> => {
  const grants = parseCapabilities(granted)
  return new Set([...alwaysGranted, ...[...parseCapabilities(declared)].filter((name) => grants.has(name))])
}
