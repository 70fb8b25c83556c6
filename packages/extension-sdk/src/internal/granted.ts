import { alwaysGranted, type CapabilityName, type Granted } from "../Granted.ts"
import { capabilitiesNow } from "./requestFacts.ts"

/** `host.granted` of a component: what the host said with the present request. */
export const granted = (capability: CapabilityName): Granted => {
  const told = capabilitiesNow("host.granted()")
  return alwaysGranted.has(capability) || (told === null ? "unknown" : told.has(capability))
}
