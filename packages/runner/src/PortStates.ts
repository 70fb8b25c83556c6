import { egressPort } from "./Egress.ts"
import { type PortState, productPorts } from "./ProductPorts.ts"
import type { Settings } from "./Settings.ts"

/** Which of the ports beside the reads the settings open, and why. */
export const portStates = (settings: Partial<Settings>): ReadonlyArray<PortState> => [
  ...productPorts(settings),
  egressPort(settings)
]
