import { interfaceCapabilities, packageName, type Review } from "@alga-psa/ext-adapters-wit"
import { alwaysGranted, type Capability, parseCapabilities } from "@alga-psa/ext-domain/Capability"
import { resources } from "@alga-psa/ext-domain/Resources"
import { egressHosts } from "./Egress.ts"
import { portStates } from "./PortStates.ts"
import type { Settings } from "./Settings.ts"

/**
 * What an extension can at most do on this runner: with all granted that it declares, for a user who may do everything. It rests on
 * what the component imports, what the manifest declares, and which ports the settings open.
 */
export interface Reach {
  /** The kinds of records that it can read, such as `clients`. */
  readonly reads: ReadonlyArray<string>
  /** The hosts that it can send requests to, as the settings list them. Empty: it sends nothing to the outside. */
  readonly sendsTo: ReadonlyArray<string>
  /** Whether it can call routes of the product, with the key that its secrets hold. */
  readonly callsRoutes: boolean
  /** Whether it can keep data between requests. */
  readonly keepsData: boolean
  readonly writesInvoices: boolean
  /** Whether it can make, change and delete its own schedules. */
  readonly setsSchedules: boolean
  /** Whether it can read the secrets of its install. */
  readonly readsSecrets: boolean
  /** Whether it learns name, address and client of the user whom it runs for. */
  readonly seesUser: boolean
  /** Whether it brings a page. What a page does in a browser is not bounded here. */
  readonly showsPage: boolean
}

const isOfReads = (capability: Capability) => resources.some((resource) => resource.capability === capability)

/** What an extension of this kind can at most do, with these settings. Of a component alone, all that it imports counts as declared. */
export const reachOf = ({ bundle, component }: Review, settings: Partial<Settings>): Reach => {
  const declared = bundle === null ? null : parseCapabilities(bundle.manifest.capabilities)
  const open = new Set(portStates(settings).flatMap(({ open, port }) => (open ? [port] : [])))
  const imported = new Set((component?.imports ?? []).map((name) => name.replace(`${packageName}/`, "")))
  const can = (name: string): boolean => {
    const capability = new Map<string, Capability>(Object.entries(interfaceCapabilities)).get(name)
    if (capability === undefined || !imported.has(name)) return false
    if (alwaysGranted.has(capability)) return true
    return (declared?.has(capability) ?? true) && (isOfReads(capability) || open.has(name))
  }
  return {
    reads: resources.filter(({ editions }) => Object.keys(editions).some(can)).map(({ name }) => name),
    sendsTo: can("http") ? egressHosts(settings) : [],
    callsRoutes: can("ui-proxy"),
    keepsData: can("storage"),
    writesInvoices: can("invoicing"),
    setsSchedules: can("scheduler"),
    readsSecrets: can("secrets"),
    seesUser: can("user") || can("user-v2"),
    showsPage: bundle !== null && bundle.page !== null
  }
}

const either = (yes: boolean, does: string, doesNot: string): string => (yes ? does : doesNot)

/** The same in sentences, one line each, for a reviewer. */
export const reachLines = (reach: Reach): ReadonlyArray<string> => [
  either(reach.reads.length > 0, `reads ${reach.reads.join(" and ")}`, "reads no records"),
  either(reach.seesUser, "sees who the user is, by name and address", "does not see who the user is"),
  either(reach.sendsTo.length > 0, `sends requests to ${reach.sendsTo.join(", ")}`, "sends requests nowhere"),
  either(reach.callsRoutes, "calls routes of the product", "calls no route of the product"),
  either(reach.readsSecrets, "reads the secrets of its install", "reads no secrets"),
  either(reach.keepsData, "keeps data", "keeps no data"),
  either(reach.writesInvoices, "writes invoices", "writes no invoices"),
  either(reach.setsSchedules, "sets schedules of its own", "sets no schedules"),
  either(reach.showsPage, "shows a page; one on the product's own origin can do all that its user can", "shows no page")
]
