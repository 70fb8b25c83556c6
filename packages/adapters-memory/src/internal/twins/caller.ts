import type { Capability } from "@alga-psa/ext-domain/Capability"
import { type ExtensionId, type InstallId, type TenantId, UserId } from "@alga-psa/ext-domain/Identifiers"
import type { Chance } from "./chance.ts"
import { pools } from "./rows.ts"

/** For whom calls are made. */
export interface Caller {
  readonly tenant: TenantId
  readonly extension: ExtensionId
  readonly install: InstallId
  /** Null for an execution that no user started. */
  readonly user: UserId | null
  /** Null for users, and for an execution that nobody started, which reads nothing. */
  readonly trigger: "schedule" | "webhook" | null
  readonly restrictTo: ReadonlySet<Capability> | null
  readonly kind: "staff" | "portal" | "trigger" | "nobody"
}

const restrictions: ReadonlyArray<ReadonlyArray<Capability>> = [["cap:client.read"], ["cap:service.read"], []]

const users = ["staff", "portal"] as const

/** Someone of the first tenant: mostly with an install of that tenant, at times with one that does not fit. */
export const callerOf = ({ oneIn, pick }: Chance): Caller => {
  const kind = pick([...users, ...users, ...users, "trigger", "trigger", "nobody"] as const)
  const isUser = kind === "staff" || kind === "portal"
  return {
    kind,
    tenant: pools.tenants[0] as TenantId,
    extension: oneIn(20) ? pick(pools.extensions) : (pools.extensions[0] as ExtensionId),
    install: oneIn(10) ? pick(pools.installs) : (pools.installs[0] as InstallId),
    user: isUser ? UserId.make(pools.ids[0] as string) : null,
    trigger: kind === "trigger" ? pick(["schedule", "webhook"] as const) : null,
    restrictTo: oneIn(8) ? new Set(pick(restrictions)) : null
  }
}
