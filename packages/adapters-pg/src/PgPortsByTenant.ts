import { CapabilityGate } from "@alga-psa/ext-domain/CapabilityGate"
import { ClientReader } from "@alga-psa/ext-domain/ClientReader"
import { RbacCheck } from "@alga-psa/ext-domain/RbacCheck"
import { ServiceReader } from "@alga-psa/ext-domain/ServiceReader"
import { Context, Duration, Effect, Layer } from "effect"
import type { SqlClient } from "effect/sql/SqlClient"
import { ResendsStatements } from "./internal/resend.ts"
import { makeTenantTransaction } from "./internal/tenantTransaction.ts"
import { layer } from "./PgPorts.ts"
import { ReadTimeout } from "./ReadTimeout.ts"
import { ShortReads } from "./ShortReads.ts"

const make = Effect.gen(function* () {
  const clients = yield* ClientReader
  const services = yield* ServiceReader
  const gate = yield* CapabilityGate
  const rbac = yield* RbacCheck
  const within = yield* makeTenantTransaction

  return Context.make(ClientReader, {
    list: (tenant, query) => within("ClientReader.list", tenant, clients.list(tenant, query)),
    get: (tenant, client) => within("ClientReader.get", tenant, clients.get(tenant, client))
  }).pipe(
    Context.add(ServiceReader, {
      list: (tenant, query) => within("ServiceReader.list", tenant, services.list(tenant, query)),
      get: (tenant, service) => within("ServiceReader.get", tenant, services.get(tenant, service))
    }),
    Context.add(CapabilityGate, {
      access: (tenant, install) => within("CapabilityGate.access", tenant, gate.access(tenant, install)),
      accessTo: (tenant, extension) => within("CapabilityGate.accessTo", tenant, gate.accessTo(tenant, extension))
    }),
    Context.add(RbacCheck, {
      subject: (tenant, user) => within("RbacCheck.subject", tenant, rbac.subject(tenant, user))
    })
  )
})

/** A statement of a transaction stays on its connection; the time limit and the second try are the transaction's. */
const withinTransaction = Layer.mergeAll(
  Layer.succeed(ResendsStatements, false),
  Layer.succeed(ShortReads, undefined),
  Layer.succeed(ReadTimeout, Duration.infinity)
)

/**
 * All four ports as in {@link layer}, each call in a transaction of its own that tells the database the tenant, for
 * databases with the row level security of `TenantPolicies`. It works without them too. It costs three round trips more
 * a call, and a connection that the call does not share.
 */
export const layerByTenant: Layer.Layer<ClientReader | ServiceReader | CapabilityGate | RbacCheck, never, SqlClient> =
  Layer.provide(Layer.effectContext(make), Layer.provide(layer, withinTransaction))
