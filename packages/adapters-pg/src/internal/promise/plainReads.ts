import { InvalidInput } from "@alga-psa/ext-domain/CallError"
import { TenantId } from "@alga-psa/ext-domain/Identifiers"
import type { AnyResource, Operations, ReaderOf } from "@alga-psa/ext-domain/Resource"
import { clients, type ResourceReader, services } from "@alga-psa/ext-domain/Resources"
import { Effect, Schema } from "effect"
import type { OpenedReads } from "../../promise/Reads.ts"
import type { Door } from "./door.ts"
import { type Call, methodsOf } from "./methods.ts"

const decodeTenant = Schema.decodeUnknownEffect(TenantId)

const tenantOf = (tenant: unknown) =>
  Effect.mapError(decodeTenant(tenant), () => new InvalidInput({ field: "tenant", why: "must be a UUID" }))

/** The reads of every resource as plain functions, with the tenant as the first argument. */
export const plainReads = ({ close, run }: Door<ResourceReader>): OpenedReads => {
  const ofResource = <Methods>(resource: AnyResource) => {
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
    const method = (name: keyof ReturnType<typeof methodsOf>) => (tenant: unknown, argument: unknown) =>
      methodsOf(resource, inTenant(tenant))[name](argument as never)
    return { list: method("list"), get: method("get"), getMany: method("getMany"), all: method("all") } as Methods
  }
  return { clients: ofResource(clients), services: ofResource(services), close }
}
