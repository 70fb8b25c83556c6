import { randomBytes } from "node:crypto"
import { load as add, ContractData } from "@alga-psa/ext-adapters-memory/contract/ContractData"
import { freshTenant } from "@alga-psa/ext-adapters-memory/contract/FreshTenant"
import { resourceContracts } from "@alga-psa/ext-adapters-memory/contract/ResourceContracts"
import { ClientReader } from "@alga-psa/ext-domain/ClientReader"
import { ServiceReader } from "@alga-psa/ext-domain/ServiceReader"
import { PgClient } from "@effect/sql-pg"
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { createTables, load } from "../src/Fixture.ts"
import { indexPack } from "../src/IndexPack.ts"
import { indexedNameBytes } from "../src/internal/listing.ts"
import { layer as layerPorts } from "../src/PgPorts.ts"
import { layerServer } from "../src/PgServer.ts"
import { testDatabase } from "../testing/TestDatabase.ts"
import { shared } from "./shared.ts"

const create = Effect.flatMap(PgClient.PgClient, (sql) =>
  Effect.forEach(indexPack, ({ name, definition }) => sql.unsafe(`CREATE INDEX ${name} ON ${definition}`).unprepared)
)

const onPacked = Layer.unwrap(
  Effect.gen(function* () {
    const url = yield* testDatabase
    const writable = PgClient.layer({ url })
    yield* Effect.provide(Effect.andThen(createTables, create), writable)
    const data = Layer.effect(
      ContractData,
      Effect.map(PgClient.PgClient, (sql) =>
        ContractData.of({ load: (rows) => Effect.orDie(Effect.provideService(load(rows), PgClient.PgClient, sql)) })
      )
    )
    return Layer.merge(Layer.provide(layerPorts, layerServer({ url })), Layer.provideMerge(data, writable))
  })
)

const packed = shared(onPacked)

resourceContracts("PostgreSQL server with the index pack", packed)

/** Letters that no compression makes fewer. */
const letters = (bytes: number) => randomBytes(bytes).toString("base64").slice(0, bytes)

const page = { search: null, page: 1, pageSize: 100 }
const everyClient = { ...page, includeInactive: true, onlyClient: null }
const everyService = { ...page, itemKind: null, isActive: null, billingMethod: null }

layer(packed)("The index pack", (it) => {
  it.effect("has the definitions that the server prints", () =>
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      const rows = yield* sql<{ readonly name: string; readonly definition: string }>`
        SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS definition FROM pg_index`
      const printed = new Map(rows.map((row) => [row.name, row.definition]))
      for (const { name, definition } of indexPack) {
        assert.strictEqual(printed.get(name), `CREATE INDEX ${name} ON ${definition}`)
      }
    })
  )

  it.effect("takes every row that the tables take without it", () =>
    Effect.gen(function* () {
      const { tenant, rows, client, service } = freshTenant()
      const email = "é".repeat(120) + letters(135)
      const clients = [
        client(letters(2600), { billing_email: email }),
        client("İ".repeat(256), { billing_email: email }),
        client("a".repeat(100_000)),
        client(letters(indexedNameBytes), { billing_email: "😀".repeat(255) })
      ]
      const services = [
        service(letters(100_000), { description: letters(1_000_000), sku: letters(100_000) }),
        service(letters(indexedNameBytes), { description: letters(10_000), sku: letters(10_000) }),
        service("Odd", { billing_method: letters(10_000) })
      ]
      yield* add(rows, { clients, service_catalog: services })
      const listed = yield* Effect.flatMap(ClientReader, (reader) => reader.list(tenant, everyClient))
      assert.strictEqual(listed.items.length, clients.length)
      const catalog = yield* Effect.flatMap(ServiceReader, (reader) => reader.list(tenant, everyService))
      assert.strictEqual(catalog.items.length, 2)
    })
  )

  it.effect("leaves names that it does not hold at their place in the order, in every page, search and count", () =>
    Effect.gen(function* () {
      const { tenant, rows, client, service } = freshTenant()
      const tail = "x".repeat(indexedNameBytes)
      const names = ["Alpha", `alpha ${tail}`, "Beta", `BETA ${tail}`, "beta z", `Gamma ${tail}`, "gamma y"]
      yield* add(rows, {
        clients: names.toReversed().map((name) => client(name)),
        service_catalog: names.toReversed().map((name) => service(name))
      })
      const clients = yield* ClientReader
      const services = yield* ServiceReader
      const pages = yield* Effect.forEach([1, 2, 3, 4], (number) =>
        Effect.all([
          clients.list(tenant, { ...everyClient, page: number, pageSize: 2 }),
          services.list(tenant, { ...everyService, page: number, pageSize: 2 })
        ])
      )
      assert.deepEqual(
        pages.flatMap(([{ items }]) => items.map((item) => item.clientName)),
        names
      )
      assert.deepEqual(
        pages.flatMap(([, { items }]) => items.map((item) => item.serviceName)),
        names
      )
      assert.deepEqual(
        pages.flat().map(({ totalCount }) => totalCount),
        new Array(8).fill(names.length)
      )
      const found = yield* clients.list(tenant, { ...everyClient, search: "ETA", pageSize: 1, page: 2 })
      assert.deepEqual([found.items.map((item) => item.clientName), found.totalCount], [[`BETA ${tail}`], 3])
    })
  )
})
