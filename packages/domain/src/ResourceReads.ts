import { Effect, Layer } from "effect"
import type { Authorization } from "./Authorization.ts"
import type { Capability } from "./Capability.ts"
import { guard } from "./internal/guard.ts"
import type { Permission } from "./Permission.ts"
import {
  type AnyReadOperation,
  type Operations,
  type ReaderOf,
  type ReadsOf,
  type Resource,
  serviceName
} from "./Resource.ts"

/**
 * The guarded reads of a resource over its port. Each checks the capability, the user and the permission, and the input, in this
 * order, and only then reads; a portal user gets what the operation gives them.
 */
export const layerReads = <Of extends Operations, Reader, Reads>(
  resource: Resource<string, Capability, Permission, Of, Reader, Reads>
): Layer.Layer<Reads, never, Reader | Authorization> =>
  Layer.effect(
    resource.Reads,
    Effect.gen(function* () {
      const reader = yield* resource.Reader
      const guarded = yield* guard
      const reads = Object.entries<AnyReadOperation>(resource.operations).map(([name, operation]) => {
        const { capability, permission } = resource
        const method = (reader as ReaderOf<Operations>)[name] as ReaderOf<Operations>[string]
        const spoken = { name: `${resource.name}.${name}`, span: `${serviceName(resource.Reads)}.${name}` }
        const read = (...args: ReadonlyArray<unknown>) =>
          guarded(
            { ...spoken, access: "read", capability, permission, errors: [] },
            {
              input: operation.query(...args),
              run: ({ tenantId }, query, subject) => {
                const ofTenant = (narrowed: unknown) => method(tenantId, narrowed)
                return subject?.userType === "client"
                  ? operation.forPortal(query, subject.clientId, ofTenant)
                  : ofTenant(query)
              },
              count: operation.count
            }
          )
        return [name, read]
      })
      return Object.fromEntries(reads) as ReadsOf<Of>
    })
  )
