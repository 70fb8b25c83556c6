import { InvalidInput } from "@alga-psa/ext-domain/CallError"
import { TenantId } from "@alga-psa/ext-domain/Identifiers"
import type { AnyResource, Operations, ReaderOf } from "@alga-psa/ext-domain/Resource"
import { forEachResource, type ResourceReader } from "@alga-psa/ext-domain/Resources"
import { Effect, Schema } from "effect"
import type { OpenedReads } from "../../promise/Reads.ts"
import type { Door } from "./door.ts"
import { type Call, type Methods, methodsOf } from "./methods.ts"

const decodeTenant = Schema.decodeUnknownEffect(TenantId)

const tenantOf = (tenant: unknown) =>
  Effect.mapError(decodeTenant(tenant), () => new InvalidInput({ field: "tenant", why: "must be a UUID" }))

/** The reads of a resource as plain functions, with the tenant as the first argument. */
export const plainMethods = <Reader>(
  resource: AnyResource & { readonly Reader: { readonly Identifier: Reader } },
  run: Door<Reader>["run"]
): Methods => {
  const { Reader, operations } = resource as { Reader: typeof resource.Reader; operations: Operations }
  const inTenant =
    (tenant: unknown): Call =>
    (name, ...args) =>
      run(
        Effect.gen(function* () {
          const tenantId = yield* tenantOf(tenant)
          const query = yield* (operations[name] as Operations[string]).query(...args)
          const reader: ReaderOf<Operations> = yield* Reader
          return yield* (reader[name] as (typeof reader)[string])(tenantId, query)
        })
      )
  const ofTenant = (tenant: unknown) => methodsOf(resource, inTenant(tenant))
  const method = (name: string) => [
    name,
    (tenant: unknown, ...args: ReadonlyArray<unknown>) => ofTenant(tenant)[name]?.(...args)
  ]
  return Object.fromEntries(Object.keys(ofTenant(null)).map(method))
}

/** The reads of every resource as plain functions, with the tenant as the first argument. */
export const plainReads = ({ close, run }: Door<ResourceReader>): OpenedReads => {
  const reads = forEachResource((resource) => plainMethods<ResourceReader>(resource as never, run))
  return { ...reads, close } as unknown as OpenedReads
}
