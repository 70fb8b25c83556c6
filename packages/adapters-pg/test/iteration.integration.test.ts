import { freshTenant } from "@alga-psa/ext-adapters-memory/contract/FreshTenant"
import { layer as layerMemory } from "@alga-psa/ext-adapters-memory/MemoryPorts"
import { MemoryStore } from "@alga-psa/ext-adapters-memory/MemoryStore"
import { clientRow } from "@alga-psa/ext-adapters-memory/Rows"
import { ClientReader } from "@alga-psa/ext-domain/Clients"
import type { TenantId } from "@alga-psa/ext-domain/Identifiers"
import { cursorOf, type PageCursor, sortNameLength } from "@alga-psa/ext-domain/PageCursor"
import { PgClient } from "@effect/sql-pg"
import { assert, layer } from "@effect/vitest"
import { Arbitrary, Context, Effect, Layer, Schema } from "effect"
import { createTables, load } from "../src/Fixture.ts"
import { layer as layerPorts } from "../src/PgPorts.ts"
import { layerServer } from "../src/PgServer.ts"
import { testDatabase } from "../testing/TestDatabase.ts"

/** Puts a client in place of the one of that id, or takes it away. */
type Put = (tenant: TenantId, id: string, name: string | null) => Effect.Effect<void>

class Clients extends Context.Service<Clients, { readonly put: Put }>()("test/Clients") {}

const rowsOf = (tenant: TenantId, client_id: string, client_name: string | null) =>
  client_name === null ? [] : [clientRow({ tenant, client_id, client_name })]

const inMemory = Layer.effect(
  Clients,
  Effect.map(MemoryStore, ({ update }) => ({
    put: (tenant, id, name) =>
      update((rows) => ({
        ...rows,
        clients: [...rows.clients.filter((row) => row.client_id !== id), ...rowsOf(tenant, id, name)]
      }))
  }))
).pipe(Layer.provideMerge(layerMemory()))

const inTables = Layer.effect(
  Clients,
  Effect.map(PgClient.PgClient, (sql) => ({
    put: (tenant, id, name) =>
      sql`INSERT INTO tenants (tenant, client_name, email) VALUES (${tenant}, '', '') ON CONFLICT DO NOTHING`.pipe(
        Effect.andThen(sql`DELETE FROM clients WHERE tenant = ${tenant} AND client_id = ${id}`),
        Effect.andThen(load({ clients: rowsOf(tenant, id, name) })),
        sql.withTransaction,
        Effect.provideService(PgClient.PgClient, sql),
        Effect.orDie
      )
  }))
).pipe(Layer.provideMerge(Layer.effectDiscard(createTables)))

const onServer = Layer.unwrap(
  Effect.map(testDatabase, (url) =>
    Layer.merge(Layer.provide(inTables, PgClient.layer({ url })), Layer.provide(layerPorts, layerServer({ url })))
  )
)

const letters = [..."aAbÉßΣıЖ日😀ｂ𝒃 "]
const end = Arbitrary.array(Arbitrary.schema(Schema.Literals(letters)), { maxLength: 3 })
// Names begin alike for longer than a cursor or an index holds, or for nearly as long.
const start = Arbitrary.schema(Schema.Literals([0, 0, 0, 255, 256, sortNameLength - 1, sortNameLength]))
const name = Arbitrary.map(Arbitrary.all([start, end]), ([length, chars]) => `${"ä".repeat(length)}${chars.join("")}`)

const run = {
  names: Arbitrary.array(name, { minLength: 1, maxLength: 12 }),
  /** What changes after each page: which client, a new one where there are fewer, and its name from then on. */
  changes: Arbitrary.array(
    Arbitrary.array(
      Arbitrary.all({
        at: Arbitrary.schema(Schema.Literals([0, 1, 2, 3, 5, 8, 13])),
        gone: Arbitrary.schema(Schema.Boolean),
        name
      }),
      { maxLength: 3 }
    ),
    { minLength: 12, maxLength: 12 }
  ),
  pageSize: Arbitrary.schema(Schema.Literals([1, 2, 3, 5]))
}

const everything = { search: null, includeInactive: true, onlyClient: null, tags: null, withTotal: false }

const iterates = <E>(title: string, underTest: Layer.Layer<ClientReader | Clients, E>): void =>
  layer(underTest)(`An iteration over ${title}`, (it) => {
    it.effect.prop(
      "neither misses nor repeats a client that stays with its name, whatever is added, renamed or deleted meanwhile",
      run,
      ({ changes, names, pageSize }) =>
        Effect.gen(function* () {
          const reader = yield* ClientReader
          const clients = yield* Clients
          const { tenant } = freshTenant()
          const there = new Map<string, string>()
          const put = (id: string, to: string | null) => {
            // No two clients of a tenant have one name.
            if (to !== null && [...there.values()].includes(to)) return Effect.void
            if (to === null) there.delete(id)
            else there.set(id, to)
            return clients.put(tenant, id, to)
          }
          yield* Effect.forEach(names, (one) => put(crypto.randomUUID(), one))
          const before = new Map(there)
          const seen: Array<string> = []
          let after: PageCursor | null = null
          let turn = 0
          do {
            const page: Effect.Success<ReturnType<typeof reader.page>> = yield* reader.page(tenant, {
              ...everything,
              pageSize,
              after
            })
            seen.push(...page.items.map(({ clientId }) => clientId))
            after = page.next === null ? null : cursorOf(page.next)
            for (const { at, gone, name } of changes[turn] ?? []) {
              const id = [...before.keys()][at] ?? crypto.randomUUID()
              before.delete(id)
              yield* put(id, gone ? null : name)
            }
            turn += 1
          } while (after !== null)
          for (const id of before.keys())
            assert.lengthOf(
              seen.filter((one) => one === id),
              1
            )
          assert.isAtMost(turn, 60)
        }),
      { arbitrary: { runs: 50 } }
    )
  })

iterates("memory", inMemory)
iterates("a PostgreSQL server", onServer)
