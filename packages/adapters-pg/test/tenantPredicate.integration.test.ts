import { CapabilityGate } from "@alga-psa/ext-domain/CapabilityGate"
import { ClientReader } from "@alga-psa/ext-domain/ClientReader"
import { ClientId, InstallId, ServiceId, TenantId, UserId } from "@alga-psa/ext-domain/Identifiers"
import { RbacCheck } from "@alga-psa/ext-domain/RbacCheck"
import { ServiceReader } from "@alga-psa/ext-domain/ServiceReader"
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { CurrentTransformer } from "effect/sql/Statement"
import { createTables } from "../src/Fixture.ts"
import { layerEmbedded } from "../src/PgEmbedded.ts"
import { layer as layerPorts } from "../src/PgPorts.ts"

const tenant = TenantId.make("11111111-1111-4111-8111-111111111111")
const id = "22222222-2222-4222-8222-222222222222"
const paging = { page: 2, pageSize: 10, search: id }

const calls: Record<
  string,
  Effect.Effect<unknown, unknown, CapabilityGate | ClientReader | RbacCheck | ServiceReader>
> = {
  "ClientReader.list": Effect.flatMap(ClientReader, (reader) =>
    reader.list(tenant, { ...paging, includeInactive: false, onlyClient: ClientId.make(id) })
  ),
  "ClientReader.get": Effect.flatMap(ClientReader, (reader) => reader.get(tenant, ClientId.make(id))),
  "ServiceReader.list": Effect.flatMap(ServiceReader, (reader) =>
    reader.list(tenant, { ...paging, itemKind: "product", isActive: true, billingMethod: "usage" })
  ),
  "ServiceReader.get": Effect.flatMap(ServiceReader, (reader) => reader.get(tenant, ServiceId.make(id))),
  "CapabilityGate.access": Effect.flatMap(CapabilityGate, (gate) =>
    Effect.ignore(gate.access(tenant, InstallId.make(id)))
  ),
  "RbacCheck.subject": Effect.flatMap(RbacCheck, (rbac) => rbac.subject(tenant, UserId.make(id)))
}

/** They hold no tenant's data, and are reached through the tenant's install. */
const withoutTenant = ["extension_version", "extension_bundle"]

/** The tables that a statement reads, each with its alias and the text from there to the end of its query. */
const tablesOf = (text: string) =>
  [...text.matchAll(/\b(?:FROM|JOIN)\s+(\w+) AS (\w+)/g)].map(([, table = "", alias = ""]) => ({ table, alias }))

/** The values that a statement compares the alias's tenant with. */
const comparedWith = (text: string, params: ReadonlyArray<unknown>, alias: string) =>
  [...text.matchAll(new RegExp(`\\b${alias}\\.tenant(?:_id)? = \\$(\\d+)`, "g"))].map(
    ([, position]) => params[Number(position) - 1]
  )

layer(Layer.provide(layerPorts, Layer.provideMerge(Layer.effectDiscard(createTables), layerEmbedded())))(
  "The adapter's statements",
  (it) => {
    it.effect.each(Object.entries(calls))(
      "%s is one statement, and compares the tenant of each table with the caller's",
      ([, call]) =>
        Effect.gen(function* () {
          const seen: Array<readonly [string, ReadonlyArray<unknown>]> = []
          yield* Effect.provideService(call, CurrentTransformer, (statement) =>
            Effect.sync(() => {
              seen.push(statement.compile())
              return statement
            })
          )
          assert.strictEqual(seen.length, 1)
          const [text, params] = seen[0] as (typeof seen)[number]
          const tables = tablesOf(text).filter(({ table }) => !withoutTenant.includes(table))
          assert.isAbove(tables.length, 0)
          for (const { table, alias } of tables) {
            const uses = tables.filter((other) => other.alias === alias).length
            const compared = comparedWith(text, params, alias)
            assert.deepEqual(compared, new Array(uses).fill(tenant), `${table} AS ${alias}`)
          }
          assert.notMatch(text, /\*(?!\))/, "columns are named one by one")
        })
    )
  }
)
