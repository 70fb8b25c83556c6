import { Effect, Layer } from "effect"
import type { Authorization } from "./Authorization.ts"
import type { Capability } from "./Capability.ts"
import { guardOf } from "./internal/guard.ts"
import type { Operation } from "./internal/operation.ts"
import type { Permission } from "./Permission.ts"
import type { RbacSubject } from "./RbacCheck.ts"
import {
  type Editions,
  type Operations,
  type OperationsOf,
  type ReaderOf,
  type ReadsOf,
  type Resource,
  serviceName
} from "./Resource.ts"

const portalUser = (subject: RbacSubject | null) => (subject?.userType === "client" ? subject : null)

/**
 * The guarded reads of a resource over its port. Each checks the capability, the user and the permission, and the input, in this
 * order, and only then reads; a portal user gets what the operation gives them.
 */
export const layerReads = <Of extends Editions, Reader, Reads>(
  resource: Resource<string, Capability, Permission, Of, Reader, Reads>
): Layer.Layer<Reads, never, Reader | Authorization> =>
  Layer.effect(
    resource.Reads,
    Effect.gen(function* () {
      const reader = yield* resource.Reader
      const { capability, permission } = resource
      const editions = Object.entries<Operations>(resource.editions)
      const spokenOf = (edition: string, name: string): Operation<never> => {
        const spoken = { name: `${edition}.${name}`, span: `${serviceName(resource.Reads)}.${name}` }
        return { ...spoken, access: "read", capability, permission, errors: [] }
      }
      const guarded = yield* guardOf(
        editions.flatMap(([edition, operations]) => Object.keys(operations).map((name) => spokenOf(edition, name)))
      )
      const ofEdition = ([edition, operations]: readonly [string, Operations]) =>
        Object.entries(operations).map(([name, operation]) => {
          const method = (reader as ReaderOf<Operations>)[name] as ReaderOf<Operations>[string]
          const spoken = spokenOf(edition, name)
          const read = (...args: ReadonlyArray<unknown>) =>
            guarded(spoken, {
              input: operation.query(...args),
              notFor: (query, subject) =>
                portalUser(subject) === null ? null : (operation.notForPortal?.(query) ?? null),
              run: ({ tenantId }, query, subject) => {
                const ofTenant = (narrowed: unknown) => method(tenantId, narrowed)
                const user = portalUser(subject)
                return user === null ? ofTenant(query) : operation.forPortal(query, user.clientId, ofTenant)
              },
              count: operation.count
            })
          return [name, read]
        })
      return Object.fromEntries(editions.flatMap(ofEdition)) as ReadsOf<OperationsOf<Of>>
    })
  )
