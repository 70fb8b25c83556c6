import { parseAddressRanges } from "@alga-psa/ext-adapters-http/EgressAddresses"
import { parseEgressAllowlist, showEgressEntry } from "@alga-psa/ext-adapters-http/EgressAllowlist"
import type { HttpFetchOptions } from "@alga-psa/ext-adapters-http/HttpFetch"
import { Effect, Layer, Redacted, Result } from "effect"
import type { PortState } from "./ProductPorts.ts"
import type { PortLayer } from "./Runner.ts"
import { limitsOf, type Settings } from "./Settings.ts"

/** A host call's reply holds an answer with its headers, of which there are 16 KiB at most. */
const roomForHeaders = 65_536

/** Whom extensions may send requests to, after the settings; null where they may to nobody. */
const egressOf = (settings: Partial<Settings>): HttpFetchOptions | null => {
  const entries = Result.getOrElse(parseEgressAllowlist(settings.EXT_EGRESS_ALLOWLIST ?? ""), () => [])
  if (entries.length === 0) return null
  const { ALGA_EXTENSION_RUNNER_EGRESS_PROXY: proxy, ALGA_EXTENSION_RUNNER_EGRESS_TIMEOUT: timeout } = settings
  const requests = settings.ALGA_EXTENSION_RUNNER_EGRESS_REQUESTS
  const concurrency = settings.ALGA_EXTENSION_RUNNER_EGRESS_CONCURRENCY
  const opened = parseAddressRanges(settings.ALGA_EXTENSION_RUNNER_EGRESS_PRIVATE_ADDRESSES ?? "")
  return {
    entries,
    opened: Result.getOrElse(opened, () => []),
    bodyBytes: Math.max(0, limitsOf(settings).hostCallBytes - roomForHeaders),
    ...(proxy === undefined ? {} : { proxy: Redacted.make(new URL(Redacted.value(proxy))) }),
    ...(timeout === undefined ? {} : { timeout }),
    ...(requests === undefined ? {} : { requests }),
    ...(concurrency === undefined ? {} : { concurrency })
  }
}

/** The hosts that extensions may send requests to, as the settings list them. */
export const egressHosts = (settings: Partial<Settings>): ReadonlyArray<string> =>
  egressOf(settings)?.entries.map(showEgressEntry) ?? []

/** Whether requests to the outside are open, and to whom. */
export const egressPort = (settings: Partial<Settings>): PortState => {
  const hosts = egressHosts(settings)
  return hosts.length === 0
    ? { port: "http", open: false, why: "EXT_EGRESS_ALLOWLIST is not set" }
    : { port: "http", open: true, why: `to ${hosts.join(", ")}` }
}

/** The port to the outside, where the settings open it. What it needs is loaded only then. */
export const layersOfEgress = (settings: Settings): ReadonlyArray<PortLayer> => {
  const egress = egressOf(settings)
  if (egress === null) return []
  const port = Effect.promise(() => import("@alga-psa/ext-adapters-http/HttpFetch"))
  return [Layer.unwrap(Effect.map(port, ({ layerHttpFetch }) => layerHttpFetch(egress)))]
}
