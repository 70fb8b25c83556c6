import { serverOfRun } from "@alga-psa/ext-adapters-pg/testing/TestDatabase"
import { assert, layer } from "@effect/vitest"
import { Context, Effect, Layer, type Redacted } from "effect"
import { measureGrowth } from "../src/growth/PostgresGrowth.ts"
import { administering, type Databases, passingDatabases } from "../src/postgres/Databases.ts"
import { operations } from "../src/postgres/Operations.ts"
import { layerOurs } from "../src/postgres/Ours.ts"
import { knexPeer } from "../src/postgres/Peer.ts"
import { loadedId, population } from "../src/postgres/Population.ts"
import { measure } from "../src/postgres/PostgresBench.ts"
import { render } from "../src/Report.ts"

const people = population(0.001)

class Made extends Context.Service<Made, Databases>()("bench/Made") {}

const layerMade = Layer.effect(
  Made,
  Effect.flatMap(serverOfRun, (server) => passingDatabases(server.url, people))
)

const clientsOf = (url: Redacted.Redacted, tenant: number) =>
  administering(url, (run) =>
    Effect.map(
      run(`SELECT count(*)::int4 AS count FROM clients WHERE tenant = '${loadedId(`tenant ${tenant}`)}'`),
      ([row]) => (row as { readonly count: number }).count
    )
  )

const idOf = (item: object) => ("clientId" in item ? item.clientId : "serviceId" in item ? item.serviceId : null)

layer(layerMade)("The PostgreSQL bench", (it) => {
  it.effect("loads tenants of the sizes that it measures, the same rows with the pack and without", () =>
    Effect.gen(function* () {
      const { bare, packed } = yield* Made
      for (const url of [bare, packed]) {
        const counts = yield* Effect.forEach([0, 1, 11], (tenant) => clientsOf(url, tenant))
        assert.deepEqual(counts, [people.large, people.middle, people.small])
      }
    })
  )

  it.effect.each(operations(people))("reads what the peers read: $what, $name, $size tenant", ({ asked, ours, what }) =>
    Effect.gen(function* () {
      const { bare, packed } = yield* Made
      const page = yield* Effect.provide(ours, layerOurs(packed, 1))
      for (const kind of ["today", "plain"] as const) {
        const peer = yield* knexPeer(bare, kind, 1)
        const theirs = yield* peer[what](asked)
        assert.deepEqual(
          { ids: page.items.map((item) => idOf(item as object)), total: page.totalCount },
          { ids: [...theirs.ids], total: theirs.total },
          kind
        )
      }
    })
  )

  it.effect("reports every table, with a figure in every cell that has one", () =>
    Effect.gen(function* () {
      const made = yield* Made
      const report = yield* measure(made, people, "the server of the tests", {
        scale: 0.001,
        keep: "",
        budget: 1,
        tell: () => Effect.void
      })
      assert.deepEqual(
        report.tables.map((table) => table.rows.length),
        [30, 3, 3, 1, 6, 3, 6, 3, 30, 5, 10, 2]
      )
      for (const { rows } of report.tables) {
        for (const cell of rows.flat()) assert.isFalse(typeof cell === "number" && !Number.isFinite(cell))
      }
      assert.include(render(report), "search, absent")
    })
  )

  it.effect("reports how lists grow, each table with the chart that is drawn of it", () =>
    Effect.gen(function* () {
      const loaded = { made: yield* Made, people }
      const options = { scale: 0.001, keep: "", budget: 1, tell: () => Effect.void }
      const { figures, tables } = yield* measureGrowth([loaded, loaded, loaded], loaded, options)
      assert.deepEqual(
        tables.map(({ rows }) => rows.length),
        [6, 6, 3, 2, 5]
      )
      for (const table of tables) {
        assert.lengthOf(table.charts ?? [], 1)
        for (const { column } of table.charts?.[0]?.series ?? []) {
          assert.isTrue(table.rows.every((row) => Number(row[column]) > 0))
        }
      }
      for (const [name, value] of Object.entries(figures)) assert.isTrue(Number.isFinite(value), name)
      assert.isAtLeast(Object.keys(figures).length, 5)
    })
  )
})
