import { CapabilityGate } from "@alga-psa/ext-domain/CapabilityGate"
import type { TenantId } from "@alga-psa/ext-domain/Identifiers"
import { InstallLookup } from "@alga-psa/ext-domain/InstallLookup"
import { RbacCheck } from "@alga-psa/ext-domain/RbacCheck"
import { type AnyResource, type Operations, type ReaderOf, serviceName } from "@alga-psa/ext-domain/Resource"
import { type ResourceReader, resources } from "@alga-psa/ext-domain/Resources"
import { Context, Effect, Layer } from "effect"
import type { SqlClient } from "effect/sql/SqlClient"
import { layerWithinTransaction, makeBoundTransaction } from "./internal/boundTransaction.ts"
import { lookedUp } from "./internal/lookedUp.ts"
import { layer } from "./PgPorts.ts"

type Bound = Effect.Success<typeof makeBoundTransaction>

const withinTenant =
  (bound: Bound) =>
  <A, E, R>(operation: string, tenant: TenantId, read: Effect.Effect<A, E, R>) =>
    bound(operation, { setting: "alga.tenant", value: tenant }, read)

type Transaction = ReturnType<typeof withinTenant>

/** The reader with every operation in a transaction of its own. */
const readerByTenant = <Reader = ResourceReader>(
  { Reader, operations }: AnyResource,
  inTenant: Transaction
): Effect.Effect<Context.Context<Reader>, never, Reader> =>
  Effect.map(Reader, (reader: ReaderOf<Operations>) => {
    const methods = Object.keys(operations).map((name) => {
      const read = reader[name] as ReaderOf<Operations>[string]
      const operation = `${serviceName(Reader)}.${name}`
      return [name, (tenant: TenantId, query: unknown) => inTenant(operation, tenant, read(tenant, query))]
    })
    return Context.make(Reader, Object.fromEntries(methods))
  })

const make = Effect.gen(function* () {
  const gate = yield* CapabilityGate
  const rbac = yield* RbacCheck
  const lookup = yield* InstallLookup
  const bound = yield* makeBoundTransaction
  const inTenant = withinTenant(bound)
  const readers = yield* Effect.forEach(resources, (resource) => readerByTenant(resource, inTenant))

  return Context.mergeAll(...readers).pipe(
    Context.add(CapabilityGate, {
      access: (tenant, install) => inTenant("CapabilityGate.access", tenant, gate.access(tenant, install)),
      accessTo: (tenant, extension) => inTenant("CapabilityGate.accessTo", tenant, gate.accessTo(tenant, extension))
    }),
    Context.add(InstallLookup, {
      byHost: (host) => bound("InstallLookup.byHost", lookedUp.host(host), lookup.byHost(host)),
      byId: (install) => bound("InstallLookup.byId", lookedUp.install(install), lookup.byId(install)),
      byBundle: (extension, hash) =>
        bound("InstallLookup.byBundle", lookedUp.bundle(extension, hash), lookup.byBundle(extension, hash))
    }),
    Context.add(RbacCheck, {
      subject: (tenant, user) => inTenant("RbacCheck.subject", tenant, rbac.subject(tenant, user))
    })
  )
})

/**
 * Every port as in {@link layer}, each call in a transaction of its own that tells the database the tenant, or what is looked up, for
 * databases with the row level security of `TenantPolicies`. It works without them too. It costs three round trips more
 * a call, and a connection that the call does not share.
 */
export const layerByTenant: Layer.Layer<ResourceReader | CapabilityGate | InstallLookup | RbacCheck, never, SqlClient> =
  Layer.provide(Layer.effectContext(make), Layer.provide(layer, layerWithinTransaction))
