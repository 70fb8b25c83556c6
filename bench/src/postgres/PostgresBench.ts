import { Effect, Logger } from "effect"
import { type Bench, BenchFailed, type BenchOptions } from "../Bench.ts"
import { machine } from "../Machine.ts"
import type { Report, Table } from "../Report.ts"
import { interleaved } from "../Sample.ts"
import { indexSizes, insertCosts, touch, vacuum } from "./Costs.ts"
import { administering, type Databases, databases } from "./Databases.ts"
import { adapterPlans, explained } from "./Evidence.ts"
import { gets } from "./Gets.ts"
import { iterations } from "./Iterations.ts"
import { type Operation, operations } from "./Operations.ts"
import * as Ours from "./Ours.ts"
import { knexPeer } from "./Peer.ts"
import { measuredTenants, type Population, population } from "./Population.ts"
import { benchServer } from "./Server.ts"

const connections = 10

/** The guarded reads' log lines are made as in the runner, and written nowhere. */
const unwrittenLog = Logger.layer([Logger.formatJson])

const lists = (made: Databases, people: Population, options: BenchOptions) =>
  Effect.gen(function* () {
    const today = yield* knexPeer(made.bare, "today", connections)
    const plain = yield* knexPeer(made.bare, "plain", connections)
    const figures: Record<string, number> = {}
    const rows: Array<Table["rows"][number]> = []
    const work: Array<Table["rows"][number]> = []
    for (const { what, name, rows: size, asked, goal, ours } of operations(people)) {
      yield* options.tell(`${what}, ${name}, tenant of ${size}`)
      const taken = yield* interleaved({ ours, today: today[what](asked), plain: plain[what](asked) }, options.budget)
      const ratio = taken.today.median / taken.ours.median
      figures[`${what}, ${name}, tenant of ${size}: today / ours`] = ratio
      rows.push([
        ratio,
        goal,
        goal === null ? null : ratio >= goal ? "yes" : "NO",
        taken.plain.median / taken.ours.median,
        what,
        name,
        size,
        ...[taken.ours, taken.today, taken.plain].flatMap((sample) => [sample.median, sample.p99]),
        taken.ours.runs
      ])
      const did = yield* Effect.all([
        Effect.flatMap(Ours.sentBy(ours), (sent) => explained(made.packed, [sent], adapterPlans)),
        explained(made.bare, today.sent(what, asked), []),
        explained(made.bare, plain.sent(what, asked), [])
      ])
      work.push([what, name, size, ...did.flatMap((it) => [it.rows, it.buffers])])
    }
    const tables: ReadonlyArray<Table> = [
      {
        title: "Lists of 25 with the exact total (ms); ratios are the peer's median to ours",
        columns: [
          ...["x today", "goal", "met", "x plain", "list", "operation", "tenant's rows"],
          ...["ours", "p99", "today", "p99", "plain", "p99", "runs"]
        ],
        rows
      },
      {
        title: "What the server read for them",
        columns: [
          ...["list", "operation", "tenant's rows"],
          ...["ours: rows", "buffers", "today: rows", "buffers", "plain: rows", "buffers"]
        ],
        rows: work
      }
    ]
    return { tables, today, figures }
  })

const pageOnly = (people: Population, budget: number) =>
  Effect.gen(function* () {
    const firstPages = operations(people).filter(({ what, name }) => what === "clients" && name === "first page")
    const sent = yield* Effect.forEach(firstPages, ({ ours }) => Effect.map(Ours.sentBy(ours), Ours.withoutCount))
    const [small, middle, large] = sent.map(Ours.bare)
    if (small === undefined || middle === undefined || large === undefined)
      return yield* Effect.die("three tenant sizes")
    const taken = yield* interleaved({ small, middle, large }, budget)
    const table: Table = {
      title: "First page of clients without its total (ms); goal: the largest within 2 times the smallest",
      columns: ["times the smallest", "tenant's rows", "median", "p99", "runs"],
      rows: (["small", "middle", "large"] as const).map((size) => {
        const { median, p99, runs } = taken[size]
        return [median / taken.small.median, people[size], median, p99, runs]
      })
    }
    return {
      table,
      figures: { "page alone, clients: largest tenant / smallest": taken.large.median / taken.small.median }
    }
  })

const isOfLargestTenant = ({ what, size }: Operation) => what === "clients" && size === "large"

const unvacuumed = (made: Databases, people: Population, options: BenchOptions) =>
  Effect.gen(function* () {
    const today = yield* knexPeer(made.bare, "today", connections)
    const chosen = operations(people).filter(isOfLargestTenant)
    const measure = Effect.forEach(chosen, ({ asked, ours }) =>
      interleaved({ ours, today: today.clients(asked) }, options.budget / 2)
    )
    const before = yield* measure
    yield* Effect.all([touch(made.packed), touch(made.bare)])
    const after = yield* Effect.ensuring(measure, Effect.ignore(Effect.all([vacuum(made.packed), vacuum(made.bare)])))
    const table: Table = {
      title: "Clients of the largest tenant, 5 % of them just changed and not vacuumed (ms)",
      columns: ["x today", "operation", "ours", "before", "today", "before"],
      rows: chosen.map(({ name }, at) => [
        (after[at]?.today.median ?? 0) / (after[at]?.ours.median ?? 1),
        name,
        ...[after[at]?.ours, before[at]?.ours, after[at]?.today, before[at]?.today].map((it) => it?.median ?? null)
      ])
    }
    return table
  })

const environmentOf = (made: Databases, people: Population, description: string, scale: number) =>
  administering(made.packed, (run) =>
    run(
      "SELECT version() AS version, (SELECT count(*) FROM clients)::int4 AS clients, (SELECT count(*) FROM service_catalog)::int4 AS services"
    )
  ).pipe(
    Effect.map(([row]) => {
      const facts = row as { readonly version: string; readonly clients: number; readonly services: number }
      return {
        ...machine,
        postgresql: facts.version,
        server: description,
        scale,
        clients: facts.clients,
        services: facts.services,
        tenants: `${people.large.toLocaleString("en-US")} clients, 10 of ${people.middle.toLocaleString("en-US")}, ${people.smallTenants.toLocaleString("en-US")} of ${people.small}; measured: number ${Object.values(measuredTenants).join(", ")}`
      }
    })
  )

/** Measures everything on the given databases. */
export const measure = (made: Databases, people: Population, description: string, options: BenchOptions) =>
  Effect.gen(function* () {
    const environment = yield* environmentOf(made, people, description, options.scale)
    const { tables, today, figures } = yield* lists(made, people, options)
    const all = yield* iterations(people, today, options)
    yield* options.tell("single pages and records")
    const page = yield* pageOnly(people, options.budget)
    const single = yield* gets(made.packed, today, connections, options.budget)
    const overOne = yield* Effect.provide(gets(made.packed, today, 1, options.budget), Ours.layerOurs(made.packed, 1))
    yield* options.tell("sizes, inserts, unvacuumed rows")
    const sizes = yield* indexSizes(made.packed)
    const inserts = yield* insertCosts(made, options.budget)
    const stale = yield* unvacuumed(made, people, options)
    const report: Report = {
      bench: "postgres",
      environment,
      tables: [
        tables[0] as Table,
        page.table,
        ...all.tables,
        ...single.tables,
        ...overOne.tables,
        ...tables.slice(1),
        stale,
        sizes,
        inserts
      ],
      figures: { ...figures, ...page.figures, ...all.figures, ...single.figures }
    }
    return report
  }).pipe(Effect.provide([Ours.layerOurs(made.packed, connections), unwrittenLog]))

/** The reads of `adapters-pg` with the index pack, beside the same by knex and `pg` without it. */
export const postgres: Bench = {
  name: "postgres",
  summary: "lists, searches and single reads of a large tenant, beside today's two statements through knex and pg",
  run: (options) =>
    Effect.gen(function* () {
      const people = population(options.scale)
      const server = yield* benchServer(options.keep)
      const made = yield* databases(server.url, people, options.tell)
      return yield* measure(made, people, server.description, options)
    }).pipe(
      Effect.mapError((error) =>
        error instanceof BenchFailed ? error : new BenchFailed({ why: `${error._tag}: ${error.message}` })
      )
    )
}
