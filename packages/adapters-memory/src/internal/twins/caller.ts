import type { Capability } from "@alga-psa/ext-domain/Capability"
import { type ExtensionId, type InstallId, type TenantId, UserId } from "@alga-psa/ext-domain/Identifiers"
import type { Chance } from "./chance.ts"
import { pools } from "./rows.ts"

/** For whom calls are made. */
export interface Caller {
  readonly tenant: TenantId
  readonly extension: ExtensionId
  readonly install: InstallId
  /** Null for an execution that a trigger started. */
  readonly user: UserId | null
  readonly trigger: "schedule" | "webhook" | null
  readonly restrictTo: ReadonlySet<Capability> | null
  readonly kind: "staff" | "portal" | "trigger"
}

const restrictions: ReadonlyArray<ReadonlyArray<Capability>> = [["cap:client.read"], ["cap:service.read"], []]

/** Someone of the first tenant: mostly with an install of that tenant, at times with one that does not fit. */
export const callerOf = ({ oneIn, pick }: Chance): Caller => {
  const kind = pick(["staff", "staff", "portal", "portal", "trigger"] as const)
  const trigger = kind === "trigger"
  return {
    kind,
    tenant: pools.tenants[0] as TenantId,
    extension: oneIn(20) ? pick(pools.extensions) : (pools.extensions[0] as ExtensionId),
    install: oneIn(10) ? pick(pools.installs) : (pools.installs[0] as InstallId),
    user: trigger ? null : UserId.make(pools.ids[0] as string),
    trigger: trigger ? pick(["schedule", "webhook"] as const) : null,
    restrictTo: oneIn(8) ? new Set(pick(restrictions)) : null
  }
}
