import { entryFor } from "@alga-psa/ext-adapters-http"
import { type HostCall, type HostReply, packageName } from "@alga-psa/ext-adapters-wit"
import { type InterfaceName, interfaceCapabilities } from "@alga-psa/ext-adapters-wit/KnownWorld"
import type { BenchCapability } from "../Bench.ts"
import { type DevFiles, devFiles } from "../DevFiles.ts"
import { routeFile } from "../RouteFiles.ts"

/** What a capability has behind it in this host, where that is nothing yet. */
export const noteOf = (capability: string, { hasRoutes, origins, secrets }: DevFiles): string | null => {
  if (capability === "cap:secrets.get" && secrets === null) return `no ${devFiles.secrets} yet: every secret is missing`
  if (capability === "cap:http.fetch" && origins.length === 0) return `${devFiles.settings} allows no address yet`
  if (capability === "cap:ui.proxy" && !hasRoutes) return `no ${devFiles.routes} yet: every route is missing`
  return null
}

const nameOf = (call: HostCall): string => call.interface.replace(`${packageName}/`, "")

const capabilityOf = (name: string): string | null =>
  Object.hasOwn(interfaceCapabilities, name) ? interfaceCapabilities[name as InterfaceName] : null

const ofFetch = (request: unknown, { origins }: Pick<DevFiles, "origins">): string => {
  const url = URL.parse(String((request as { readonly url?: unknown }).url))
  return url !== null && entryFor(origins, url) !== undefined
    ? `"fetch" of ${devFiles.settings} lists ${url.origin}, but no address of the host is public or listed itself; or the execution sent too much`
    : `${devFiles.settings} does not allow ${url?.origin}: write it into "fetch"`
}

const ofPart = (
  name: string,
  [first, second]: HostCall["args"],
  outcome: string,
  files: Pick<DevFiles, "origins">
): string | null => {
  if (name === "secrets" && outcome === "missing") return `${devFiles.secrets} has no ${String(first)}`
  if (name === "http" && outcome === "not-allowed") return ofFetch(first, files)
  if (name === "ui-proxy" && outcome === "route-not-found") {
    const file = routeFile(String(first), second !== null && second !== undefined)
    return file === null ? "no file can answer this route" : `${devFiles.routes}/${file} is not there`
  }
  return null
}

const ofRefusal = (value: object): string | null => {
  if (!("success" in value) || value.success !== false) return null
  const { error, fieldErrors } = value as { readonly error?: unknown; readonly fieldErrors?: unknown }
  return [error, fieldErrors].filter((text) => typeof text === "string").join(" ")
}

/** How a call ended, and why where this host knows it. */
export const outcomeOf = (
  call: HostCall,
  reply: HostReply | null,
  /** The guard's, where it refused the call. */
  reason: string | null,
  capabilities: ReadonlyArray<BenchCapability>,
  files: Pick<DevFiles, "origins">
): { readonly outcome: string; readonly why: string | null } => {
  if (reply === null) return { outcome: "interrupted", why: null }
  const refusal = typeof reply.value === "object" && reply.value !== null ? ofRefusal(reply.value) : null
  const outcome = reply.type === "error" ? reply.value : refusal === null ? "ok" : "refused"
  const isDenied = ["denied", "not-allowed"].includes(outcome) || refusal === "denied"
  const name = nameOf(call)
  const capability = capabilityOf(name)
  const declared = capabilities.find((one) => one.name === capability)
  if (isDenied && capability !== null && declared === undefined) {
    return { outcome, why: `manifest.json does not declare ${capability}` }
  }
  if (isDenied && declared?.granted === false) return { outcome, why: `${capability} is not granted: tick it above` }
  return { outcome, why: reason ?? ofPart(name, call.args, outcome, files) ?? refusal }
}
