import { InvalidInput } from "@alga-psa/ext-domain/CallError"
import { TenantId } from "@alga-psa/ext-domain/Identifiers"
import type { AnyReadOperation, AnyResource, ReaderOf } from "@alga-psa/ext-domain/Resource"
import { type ResourceReader, resources } from "@alga-psa/ext-domain/Resources"
import { Effect, Schema } from "effect"
import type { OpenedReads } from "../../promise/Reads.ts"
import type { Door } from "./door.ts"

const decodeTenant = Schema.decodeUnknownEffect(TenantId)

const tenantOf = (tenant: unknown) =>
  Effect.mapError(decodeTenant(tenant), () => new InvalidInput({ field: "tenant", why: "must be a UUID" }))

/** The reads of every resource as plain functions, in the tenant that their first argument names. */
export const plainReads = ({ close, run }: Door<ResourceReader>): OpenedReads => {
  const methods = ({ Reader, operations }: AnyResource) => {
    const method =
      ([name, operation]: [string, AnyReadOperation]) =>
      (tenant: unknown, ...args: ReadonlyArray<unknown>) =>
        run(
          Effect.gen(function* () {
            const tenantId = yield* tenantOf(tenant)
            const query = yield* operation.query(...args)
            const reader: ReaderOf<Record<string, AnyReadOperation>> = yield* Reader
            return yield* (reader[name] as (typeof reader)[string])(tenantId, query)
          })
        )
    return Object.fromEntries(Object.entries<AnyReadOperation>(operations).map((entry) => [entry[0], method(entry)]))
  }
  const reads = Object.fromEntries(resources.map((resource) => [resource.name, methods(resource)]))
  return { ...(reads as unknown as Omit<OpenedReads, "close">), close }
}
