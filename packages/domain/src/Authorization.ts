import { Context, Effect, Layer } from "effect"
import { alwaysGranted, type Capability } from "./Capability.ts"
import { CapabilityGate, type InstallAccess, InstallUnavailable } from "./CapabilityGate.ts"
import type { DataSourceError } from "./DataSourceError.ts"
import { Invocation, type InvocationData } from "./Invocation.ts"
import type { Permission } from "./Permission.ts"
import { RbacCheck, type RbacSubject } from "./RbacCheck.ts"
import { NotAllowed } from "./ReadError.ts"

/**
 * Decides what the current execution may do. Each port is asked at most once per execution: what it answered holds
 * until the execution ends. A failed answer is not kept.
 */
export interface AuthorizationService {
  /** The install behind the execution. It belongs to the execution's tenant and extension and is enabled. */
  readonly install: Effect.Effect<InstallAccess, InstallUnavailable | DataSourceError, Invocation>
  /** Fails unless the execution has the capability. */
  readonly requireCapability: (capability: Capability) => Effect.Effect<void, NotAllowed | DataSourceError, Invocation>
  /** Fails unless the execution's user has the permission. Null, and allowed, when no user is behind the execution. */
  readonly requirePermission: (
    permission: Permission
  ) => Effect.Effect<RbacSubject | null, NotAllowed | DataSourceError, Invocation>
}

/** The decisions of {@link CapabilityGate} and {@link RbacCheck} for the current execution. */
export class Authorization extends Context.Service<Authorization, AuthorizationService>()(
  "@alga-psa/ext-domain/Authorization"
) {}

const oncePerInvocation = <A, E>(ask: (invocation: InvocationData) => Effect.Effect<A, E>) => {
  const answers = new WeakMap<InvocationData, A>()
  return (invocation: InvocationData): Effect.Effect<A, E> => {
    const answer = answers.get(invocation)
    return answer === undefined
      ? Effect.tap(ask(invocation), (found) => Effect.sync(() => answers.set(invocation, found)))
      : Effect.succeed(answer)
  }
}

const lacks = (capability: Capability) => Effect.fail(new NotAllowed({ reason: "capability", missing: capability }))

const make = Effect.gen(function* () {
  const gate = yield* CapabilityGate
  const rbac = yield* RbacCheck

  const install = oncePerInvocation((invocation) =>
    Effect.filterOrFail(
      gate.access(invocation.tenantId, invocation.installId),
      (access) => access.extensionId === invocation.extensionId,
      () => new InstallUnavailable({ reason: "unknown" })
    )
  )

  const subject = oncePerInvocation((invocation) =>
    Effect.map(
      invocation.user === null ? Effect.succeed(null) : rbac.subject(invocation.tenantId, invocation.user.userId),
      (found) => ({ found })
    )
  )

  const requireCapability = (capability: Capability) =>
    Effect.flatMap(Invocation, (invocation) =>
      install(invocation).pipe(
        Effect.catchTag("InstallUnavailable", () => lacks(capability)),
        Effect.flatMap((access) => {
          const { restrictTo } = invocation
          const restricted = restrictTo !== null && !restrictTo.has(capability) && !alwaysGranted.has(capability)
          return restricted || !access.capabilities.has(capability) ? lacks(capability) : Effect.void
        })
      )
    )

  const requirePermission = (permission: Permission) =>
    Effect.flatMap(Invocation, (invocation) =>
      Effect.flatMap(subject(invocation), ({ found }) =>
        invocation.user !== null && !found?.permissions.has(permission)
          ? Effect.fail(new NotAllowed({ reason: "rbac", missing: permission }))
          : Effect.succeed(found)
      )
    )

  return Authorization.of({ install: Effect.flatMap(Invocation, install), requireCapability, requirePermission })
})

/** Authorization over the two ports. */
export const layerAuthorization: Layer.Layer<Authorization, never, CapabilityGate | RbacCheck> = Layer.effect(
  Authorization,
  make
)
