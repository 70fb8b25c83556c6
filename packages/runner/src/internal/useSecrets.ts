import type { Capability } from "@alga-psa/ext-domain/Capability"

/** Each gives the guest a secret, or sends one for it: where one is effective, secrets are opened before the handler. */
export const useSecrets: ReadonlyArray<Capability> = ["cap:secrets.get", "cap:ui.proxy"]
