import { InstallId, TenantId, UserId } from "@alga-psa/ext-domain/Identifiers"
import type { AnyReadOperation, AnyResource, ReadsOf } from "@alga-psa/ext-domain/Resource"
import { resources } from "@alga-psa/ext-domain/Resources"
import { Effect, Option, Schema } from "effect"
import type { Caller } from "../../promise/Caller.ts"
import type { OpenedGuardedReads, Reads } from "../../promise/Reads.ts"
import { InvalidInputError } from "../../promise/ReadsError.ts"
import type { CheckedCaller, GuardedDoor } from "./guardedDoor.ts"

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

/** The guarded reads of every resource as plain functions. */
export const guardedReads = ({ close, run }: GuardedDoor): OpenedGuardedReads => ({
  as: (caller) => {
    const who = checked(caller)
    const methods = ({ Reads, operations }: AnyResource) => {
      const method =
        (name: string) =>
        (...args: ReadonlyArray<unknown>) =>
          run(
            who,
            Effect.flatMap(Reads, (reads: ReadsOf<Record<string, AnyReadOperation>>) =>
              (reads[name] as (typeof reads)[string])(...args)
            )
          )
      return Object.fromEntries(Object.keys(operations).map((name) => [name, method(name)]))
    }
    return Object.fromEntries(resources.map((resource) => [resource.name, methods(resource)])) as unknown as Reads
  },
  close
})
