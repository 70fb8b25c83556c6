import { alwaysGranted, type CapabilityName, type Granted } from "../Granted.ts"
import { capabilitiesNow } from "./requestFacts.ts"

/** `host.granted` of a component: what the host said with the present request. */
export const granted = (capability: CapabilityName): Granted => {
  const capabilities = capabilitiesNow("host.granted()")
  return alwaysGranted.has(capability) || (capabilities === null ? "unknown" : capabilities.has(capability))
}
