import { Context, Effect, Exit, Layer } from "effect"
import { NotAllowed } from "./CallError.ts"
import { alwaysGranted, type Capability } from "./Capability.ts"
import { CapabilityGate, type InstallAccess, InstallUnavailable } from "./CapabilityGate.ts"
import type { DataSourceError } from "./DataSourceError.ts"
import { Invocation, type InvocationData, runsWithoutUser } from "./Invocation.ts"
import { executions, installedVersions, unread, writers } from "./internal/executions.ts"
import type { Permission } from "./Permission.ts"
import { RbacCheck, type RbacSubject } from "./RbacCheck.ts"
import type { UsedRights } from "./UsedRights.ts"

/**
 * Decides what the current execution may do. {@link CapabilityGate} only reads what an install has, {@link RbacCheck}
 * only reads what a user has; whether a call may be made is decided here, and nowhere else. Each port is asked at most
 * once per execution, also by reads at the same time: what it answered holds until the execution ends, and no longer. A
 * failed answer is not kept.
 */
export interface AuthorizationService {
  /** The install behind the execution. It belongs to the execution's tenant and extension and is enabled. */
  readonly install: Effect.Effect<InstallAccess, InstallUnavailable | DataSourceError, Invocation>
  /** Fails unless the execution has the capability. */
  readonly requireCapability: (capability: Capability) => Effect.Effect<void, NotAllowed | DataSourceError, Invocation>
  /**
   * Fails unless the execution's user has the permission. Null, and allowed, for an execution without a user that a
   * schedule or a webhook started, and for a read of today's runner; any other without a user is denied.
   */
  readonly requirePermission: (
    permission: Permission
  ) => Effect.Effect<RbacSubject | null, NotAllowed | DataSourceError, Invocation>
  /** What the execution was allowed until now. */
  readonly used: Effect.Effect<UsedRights, never, Invocation>
  /**
   * Fails unless the execution may have an answer that rests on these rights: its install is available, its user is active,
   * and each right is there as it was.
   */
  readonly requireStill: (
    rights: UsedRights
  ) => Effect.Effect<void, InstallUnavailable | NotAllowed | DataSourceError, Invocation>
}

/** What the current execution may do, by what {@link CapabilityGate} and {@link RbacCheck} read. */
export class Authorization extends Context.Service<Authorization, AuthorizationService>()(
  "@alga-psa/ext-domain/Authorization"
) {}

/** Asks once, whoever asks at the same time, and keeps the answer; a failure is not kept. */
const askOnce = <A, E>(ask: Effect.Effect<A, E>): Effect.Effect<A, E> => {
  let answer: Effect.Effect<A, E> | null = null
  let asking: Effect.Effect<A, E> | null = null
  const keep = (exit: Exit.Exit<A, E>) => {
    if (Exit.isSuccess(exit)) answer = exit
    return Exit.isSuccess(exit) ? ("Infinity" as const) : ("0 millis" as const)
  }
  return Effect.suspend(() => {
    asking ??= Effect.runSync(Effect.cachedWithTTL(ask, keep))
    return answer ?? asking
  })
}

const lacks = (capability: Capability, why?: NotAllowed["why"]) =>
  Effect.fail(new NotAllowed({ reason: "capability", missing: capability, ...(why === undefined ? {} : { why }) }))

const denied = (missing: NotAllowed["missing"], why?: NotAllowed["why"]) =>
  Effect.fail(new NotAllowed({ reason: "rbac", missing, ...(why === undefined ? {} : { why }) }))

const unavailable = {
  unknown: "unknown-install",
  disabled: "install-disabled",
  "tenant-suspended": "tenant-suspended"
} as const

const isLeftOut = ({ restrictTo }: InvocationData, capability: Capability): boolean =>
  restrictTo !== null && !restrictTo.has(capability) && !alwaysGranted.has(capability)

/** Whether an execution of the install has the capability. Nothing is used by asking. */
export const isEffective = (access: InstallAccess, invocation: InvocationData, capability: Capability): boolean =>
  access.capabilities.has(capability) && !isLeftOut(invocation, capability)

const make = Effect.gen(function* () {
  const gate = yield* CapabilityGate
  const rbac = yield* RbacCheck

  const decide = (invocation: InvocationData) => {
    const { extensionId, installId, tenantId, user } = invocation
    return {
      install: askOnce(
        Effect.suspend(() => gate.access(tenantId, installId)).pipe(
          Effect.filterOrFail(
            (access) => access.extensionId === extensionId,
            () => new InstallUnavailable({ reason: "unknown" })
          ),
          Effect.tap(({ versionId }) => Effect.sync(() => installedVersions.set(invocation, versionId)))
        )
      ),
      subject:
        user === null ? Effect.succeed(null) : askOnce(Effect.suspend(() => rbac.subject(tenantId, user.userId))),
      capabilities: new Set<Capability>(),
      permissions: new Map<Permission, RbacSubject | null>()
    }
  }

  const kept = new WeakMap<InvocationData, ReturnType<typeof decide>>()
  const decisionsOf = (invocation: InvocationData) => {
    const decisions = kept.get(invocation) ?? decide(invocation)
    if (executions.has(invocation)) kept.set(invocation, decisions)
    return decisions
  }

  const requireCapability = (capability: Capability) =>
    Effect.flatMap(Invocation, (invocation) => {
      const { capabilities, install } = decisionsOf(invocation)
      return install.pipe(
        Effect.catchTag("InstallUnavailable", ({ reason }) => lacks(capability, unavailable[reason])),
        Effect.flatMap((access) => {
          if (!access.capabilities.has(capability)) return lacks(capability)
          if (isLeftOut(invocation, capability)) return lacks(capability, "providers")
          capabilities.add(capability)
          return Effect.void
        })
      )
    })

  const requirePermission = (permission: Permission) =>
    Effect.flatMap(
      Invocation,
      (invocation): Effect.Effect<RbacSubject | null, NotAllowed | DataSourceError, Invocation> => {
        const { permissions, subject } = decisionsOf(invocation)
        if (invocation.user === null) {
          if (!runsWithoutUser(invocation.trigger) && invocation.source === undefined)
            return denied(permission, "no-user")
          permissions.set(permission, null)
          return Effect.succeed(null)
        }
        return Effect.flatMap(subject, (found) => {
          if (found === null) return denied(permission, "unknown-user")
          if (!found.permissions.has(permission)) return denied(permission)
          permissions.set(permission, found)
          return Effect.succeed(found)
        })
      }
    )

  const used = Effect.map(Invocation, (invocation): UsedRights => {
    const { capabilities, permissions } = decisionsOf(invocation)
    const [subject = null] = permissions.values()
    return {
      capabilities: [...capabilities].sort(),
      permissions: [...permissions.keys()].sort(),
      subject: subject === null ? null : { userType: subject.userType, clientId: subject.clientId },
      ...(writers.has(invocation) ? { wrote: true } : {}),
      ...(unread.has(invocation) ? { unread: true } : {})
    }
  })

  const install = Effect.flatMap(Invocation, (invocation) => decisionsOf(invocation).install)

  const requireStill = Effect.fnUntraced(function* (rights: UsedRights) {
    yield* install
    const invocation = yield* Invocation
    const subject = yield* decisionsOf(invocation).subject
    if (invocation.user !== null && subject === null) return yield* denied("user", "unknown-user")
    for (const capability of rights.capabilities) yield* requireCapability(capability)
    for (const permission of rights.permissions) {
      const found = yield* requirePermission(permission)
      if (found?.userType !== rights.subject?.userType || found?.clientId !== rights.subject?.clientId) {
        return yield* denied(permission, "other-portal")
      }
    }
  })

  return Authorization.of({ install, requireCapability, requirePermission, used, requireStill })
})

/** Authorization over the two ports. */
export const layerAuthorization: Layer.Layer<Authorization, never, CapabilityGate | RbacCheck> = Layer.effect(
  Authorization,
  make
)
