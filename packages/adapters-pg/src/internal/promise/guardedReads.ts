import { InstallId, TenantId, UserId } from "@alga-psa/ext-domain/Identifiers"
import type { Invocation } from "@alga-psa/ext-domain/Invocation"
import type { AnyResource, Operations, ReadsOf } from "@alga-psa/ext-domain/Resource"
import { forEachResource, type ResourceReads } from "@alga-psa/ext-domain/Resources"
import { Effect, Option, Schema } from "effect"
import type { Caller } from "../../promise/Caller.ts"
import type { OpenedGuardedReads } from "../../promise/Reads.ts"
import { InvalidInputError } from "../../promise/ReadsError.ts"
import type { Reads } from "../../promise/Resources.ts"
import type { CheckedCaller, GuardedDoor } from "./guardedDoor.ts"
import { type Methods, methodsOf } from "./methods.ts"

const idOf = <Id>(field: string, schema: Schema.ConstraintDecoder<Id>, value: unknown): Id => {
  const id = Schema.decodeUnknownOption(schema)(value)
  if (Option.isNone(id)) throw new InvalidInputError(field, "must be a UUID")
  return id.value
}

const checked = ({ install, requestId, tenant, trigger, user }: Caller): CheckedCaller => ({
  tenant: idOf("tenant", TenantId, tenant),
  install: idOf("install", InstallId, install),
  user: user === undefined || user === null ? null : idOf("user", UserId, user),
  trigger: trigger ?? null,
  requestId: requestId ?? null
})

/** The guarded reads of a resource as plain functions. Each call is made as the caller's. */
export const guardedMethods = <Reads>(
  resource: AnyResource & { readonly Reads: { readonly Identifier: Reads } },
  run: (read: Effect.Effect<unknown, unknown, Reads | Invocation>) => Promise<unknown>
): Methods =>
  methodsOf(resource, (name, ...args) =>
    run(
      Effect.flatMap(resource.Reads, (reads: ReadsOf<Operations>) => (reads[name] as (typeof reads)[string])(...args))
    )
  )

/** The guarded reads of every resource as plain functions. */
export const guardedReads = ({ close, run }: GuardedDoor): OpenedGuardedReads => ({
  as: (caller) => {
    const who = checked(caller)
    const reads = forEachResource((resource) =>
      guardedMethods<ResourceReads>(resource as never, (read) => run(who, read))
    )
    return reads as unknown as Reads
  },
  close
})
