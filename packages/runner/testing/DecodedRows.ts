import { readInstallSecrets } from "@alga-psa/ext-adapters-pg/PgInstallSecrets"
import * as PgPorts from "@alga-psa/ext-adapters-pg/PgPorts"
import { CapabilityGate } from "@alga-psa/ext-domain/CapabilityGate"
import { ClientReader, clientsPageQuery, clientsQuery } from "@alga-psa/ext-domain/Clients"
import { ClientId, ExtensionId, InstallId, ServiceId, TenantId, UserId } from "@alga-psa/ext-domain/Identifiers"
import { InstallLookup } from "@alga-psa/ext-domain/InstallLookup"
import { RbacCheck } from "@alga-psa/ext-domain/RbacCheck"
import { ServiceReader, servicesPageQuery, servicesQuery } from "@alga-psa/ext-domain/Services"
import * as PgClient from "@effect/sql-pg/PgClient"
import { Effect, Layer, Stream } from "effect"
import * as Reactivity from "effect/reactivity/Reactivity"
import * as SqlClient from "effect/sql/SqlClient"
import type { Connection } from "effect/sql/SqlConnection"
import { varied } from "./VariedValues.ts"

const id = "3fa85f64-5717-4562-b3fc-2c963f66afa6"
const [tenant, client, service] = [TenantId.make(id), ClientId.make(id), ServiceId.make(id)]
const [extension, install, user] = [ExtensionId.make(id), InstallId.make(id), UserId.make(id)]

let rows: ReadonlyArray<never> = []
const answer = () => Effect.sync(() => rows)

/** No database answers with such rows: what ports make of them is all that counts here. */
const connection: Connection = {
  execute: answer,
  executeRaw: answer,
  executeStream: () => Stream.empty,
  executeValues: answer,
  executeValuesUnprepared: answer,
  executeUnprepared: answer
}

const answering = Layer.effect(
  SqlClient.SqlClient,
  SqlClient.make({
    acquirer: Effect.succeed(connection),
    compiler: PgClient.makeCompiler(),
    driver: "pg",
    spanAttributes: []
  })
).pipe(Layer.provide(Reactivity.layer))

const clientRow = {
  id,
  client_name: "a",
  client_type: "company",
  is_inactive: false,
  default_currency_code: "USD",
  account_manager_id: id,
  manager: ["a", null],
  billing_email: null
}
const serviceRow = {
  id,
  service_name: "a",
  item_kind: "service",
  billing_method: "fixed",
  type: [id, "a"],
  default_rate: 1.5,
  unit_of_measure: "hour",
  is_active: true,
  sku: null
}
const placed = { sort_name: "a", total_count: 1 }

/** Each port's method with a row that it takes. */
const calls = Effect.gen(function* () {
  const [clients, services] = [yield* ClientReader, yield* ServiceReader]
  const [gate, lookup, rbac] = [yield* CapabilityGate, yield* InstallLookup, yield* RbacCheck]
  const secrets = yield* readInstallSecrets
  const found = { id, tenant_id: id, registry_id: id, content_hash: "0".repeat(64) }
  const access = { id, registry_id: id, version_id: "v", suspended: false, enabled: true, declared: [], granted: [] }
  const sealed = { ciphertext: "a", algorithm: "b", transit_key: "c", transit_mount: null, version: "1" }
  const [tags, prices] = [{ tags: ["a"] }, { prices: ["100 USD"] }]
  const count = { total_count: 1 }
  return [
    ["client list", { ...clientRow, ...count }, clients.list(tenant, yield* clientsQuery({}))],
    ["client get", clientRow, clients.get(tenant, client)],
    ["client page", { ...clientRow, ...tags, ...placed }, clients.page(tenant, yield* clientsPageQuery({}))],
    ["client many", { ...clientRow, ...tags }, clients.getMany(tenant, [client])],
    ["service list", { ...serviceRow, ...count }, services.list(tenant, yield* servicesQuery({}))],
    ["service get", serviceRow, services.get(tenant, service)],
    ["service page", { ...serviceRow, ...prices, ...placed }, services.page(tenant, yield* servicesPageQuery({}))],
    ["service many", { ...serviceRow, ...prices }, services.getMany(tenant, [service])],
    ["access", { ...access, content_hashes: ["0".repeat(64)] }, gate.access(tenant, install)],
    ["access to", { ...access, content_hashes: [] }, gate.accessTo(tenant, extension)],
    ["install", found, lookup.byId(install)],
    ["subject", { user_type: "client", client_id: id, permissions: ["client:read"] }, rbac.subject(tenant, user)],
    ["secrets", { ...sealed, expires_at: null }, secrets(tenant, install)]
  ] as const
})

/** What every port over the database makes of good and odd rows. */
export const decodedRows = Effect.gen(function* () {
  const decoded = []
  for (const [name, good, call] of yield* calls) {
    for (const row of varied(good)) {
      rows = [row as never]
      decoded.push({ name, exit: yield* Effect.exit<unknown, unknown, never>(call) })
    }
  }
  return decoded
}).pipe(Effect.provide(Layer.provideMerge(PgPorts.layer, answering)))
