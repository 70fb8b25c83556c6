import { Effect } from "effect"
import { type Bench, BenchFailed, type BenchOptions } from "../Bench.ts"
import { machine } from "../Machine.ts"
import { type Databases, databases } from "../postgres/Databases.ts"
import * as Ours from "../postgres/Ours.ts"
import { knexPeer, type Listing } from "../postgres/Peer.ts"
import { loadedId, measuredTenants, type Population, population, searchTerms } from "../postgres/Population.ts"
import { benchServer } from "../postgres/Server.ts"
import type { Chart, Report, Table } from "../Report.ts"
import { interleaved } from "../Sample.ts"

const connections = 10

/** Databases of these shares of the whole population: their tenants are of six sizes, and there are three numbers of tenants. */
const shares = [0.1, 0.3, 1] as const

interface Loaded {
  readonly made: Databases
  readonly people: Population
}

const listing = (tenant: number, change: Partial<Listing> = {}): Listing => ({
  tenant: loadedId(`tenant ${tenant}`),
  search: null,
  page: 1,
  pageSize: 25,
  ...change
})

/** Both sides' times for one list of clients. */
const race = ({ made }: Loaded, asked: Listing, budget: number) =>
  Effect.gen(function* () {
    const today = yield* knexPeer(made.bare, "today", connections)
    const { ours, theirs } = yield* interleaved({ ours: Ours.clients(asked), theirs: today.clients(asked) }, budget)
    return [theirs.median / ours.median, ours.median, ours.p99, theirs.median, theirs.p99, ours.runs]
  }).pipe(Effect.scoped, Effect.provide(Ours.layerOurs(made.packed, connections)))

const raced = ["x today", "ours", "p99", "today", "p99", "runs"]

const drawn = (file: string, label: string): Chart => ({
  file,
  x: { column: 0, label },
  y: "ms, median",
  series: [
    { column: 2, label: "ours" },
    { column: 4, label: "today" }
  ]
})

const bySize = (loaded: ReadonlyArray<Loaded>, budget: number, search: string | null) =>
  Effect.gen(function* () {
    const points = loaded.flatMap((it, at) => [
      { it, tenant: measuredTenants.large, rows: it.people.large },
      ...(at < 2 ? [{ it, tenant: measuredTenants.middle, rows: it.people.middle }] : []),
      ...(at === 2 ? [{ it, tenant: measuredTenants.small, rows: it.people.small }] : [])
    ])
    const rows = yield* Effect.forEach(
      points.toSorted((a, b) => a.rows - b.rows),
      ({ it, tenant, rows }) => Effect.map(race(it, listing(tenant, { search }), budget), (row) => [rows, ...row])
    )
    const what = search === null ? "First page with its total" : "Search for an absent term"
    const table: Table = {
      title: `${what}, by the number of the tenant's clients (ms)`,
      columns: ["tenant's clients", ...raced],
      rows,
      charts: [drawn(search === null ? "growth-clients" : "growth-search", "clients of the tenant")]
    }
    return table
  })

const byTenants = (loaded: ReadonlyArray<Loaded>, budget: number) =>
  Effect.map(
    Effect.forEach(loaded, (it) =>
      Effect.map(race(it, listing(measuredTenants.small), budget), (row) => [11 + it.people.smallTenants, ...row])
    ),
    (rows): Table => ({
      title: "First page of a small tenant, by the number of tenants in the database (ms)",
      columns: ["tenants", ...raced],
      rows,
      charts: [drawn("growth-tenants", "tenants in the database")]
    })
  )

const byDepth = (whole: Loaded, budget: number) => {
  const last = Math.floor((whole.people.large * 0.9) / 25)
  const pages = [...new Set([1, 10, 100, 1000, last].filter((page) => page <= last))]
  return Effect.map(
    Effect.forEach(pages, (page) =>
      Effect.map(race(whole, listing(measuredTenants.large, { page }), budget), (row) => [page, ...row])
    ),
    (rows): Table => ({
      title: "A page of the largest tenant with its total, by its number (ms)",
      columns: ["page", ...raced],
      rows,
      charts: [drawn("growth-depth", "page of 25 clients")]
    })
  )
}

const byPageSize = (whole: Loaded, budget: number) =>
  Effect.map(
    Effect.forEach([1, 10, 25, 50, 100], (pageSize) =>
      Effect.map(race(whole, listing(measuredTenants.middle, { pageSize }), budget), (row) => [pageSize, ...row])
    ),
    (rows): Table => ({
      title: "First page of a tenant in the middle, by its size (ms)",
      columns: ["clients a page", ...raced],
      rows,
      charts: [drawn("growth-page-size", "clients on the page")]
    })
  )

const at = (table: Table, first: number, column: number): number =>
  Number(table.rows.find((row) => row[0] === first)?.[column] ?? Number.NaN)

const firstOf = ({ rows }: Table) => Number(rows[0]?.[0])
const lastOf = ({ rows }: Table) => Number(rows.at(-1)?.[0])

/** Ratios to today's, and of the largest step to the smallest. */
const figuresOf = (sizes: Table, tenants: Table, depths: Table, pages: Table) => {
  const grown = (table: Table) => at(table, lastOf(table), 2) / at(table, firstOf(table), 2)
  const dearest = Math.max(...depths.rows.map((row) => Number(row[2])))
  return {
    ...Object.fromEntries(
      sizes.rows.map(([clients, ratio]) => [`first page, tenant of ${clients}: today / ours`, Number(ratio)])
    ),
    "first page of a small tenant: most tenants / fewest": grown(tenants),
    "a page of the largest tenant: the dearest / the first": dearest / at(depths, 1, 2),
    "first page: 100 clients / 25": at(pages, 100, 2) / at(pages, 25, 2)
  }
}

/** Measures on databases of the three populations, the whole one last. */
export const measureGrowth = (loaded: ReadonlyArray<Loaded>, whole: Loaded, options: BenchOptions) =>
  Effect.gen(function* () {
    yield* options.tell("by the tenant's size")
    const sizes = yield* bySize(loaded, options.budget, null)
    const searches = yield* bySize(loaded, options.budget, searchTerms.absent)
    yield* options.tell("by tenants, depth and page size")
    const tenants = yield* byTenants(loaded, options.budget)
    const depths = yield* byDepth(whole, options.budget)
    const pages = yield* byPageSize(whole, options.budget)
    const tables: ReadonlyArray<Table> = [sizes, searches, tenants, depths, pages]
    return { tables, figures: figuresOf(sizes, tenants, depths, pages) }
  })

/** How the lists grow with the tenant, the number of tenants, the depth and the size of a page. */
export const growth: Bench = {
  name: "growth",
  summary: "how lists grow with the tenant's size, the number of tenants, the page's depth and size, beside today's",
  run: (options) =>
    Effect.gen(function* () {
      const server = yield* benchServer(options.keep)
      const loaded = yield* Effect.forEach(shares, (share) => {
        const people = population(options.scale * share)
        return Effect.map(databases(server.url, people, options.tell), (made): Loaded => ({ made, people }))
      })
      const whole = loaded[loaded.length - 1] as Loaded
      const { figures, tables } = yield* measureGrowth(loaded, whole, options)
      const report: Report = {
        bench: "growth",
        environment: { ...machine, server: server.description, scale: options.scale },
        tables,
        figures
      }
      return report
    }).pipe(
      Effect.mapError((error) =>
        error instanceof BenchFailed ? error : new BenchFailed({ why: `${error._tag}: ${error.message}` })
      )
    )
}
