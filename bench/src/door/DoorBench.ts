import { layer as layerPorts } from "@alga-psa/ext-adapters-pg/PgPorts"
import { layerServer } from "@alga-psa/ext-adapters-pg/PgServer"
import {
  fromKnex,
  fromPg,
  fromPostgres,
  type OpenedReads,
  openReads,
  type QueryFunction,
  type Source
} from "@alga-psa/ext-adapters-pg/promise"
import { ClientReader, clientIds, clientsPageQuery } from "@alga-psa/ext-domain/Clients"
import { TenantId } from "@alga-psa/ext-domain/Identifiers"
import { Effect, Layer, Logger, Redacted, type Scope } from "effect"
import createKnex from "knex"
import pg from "pg"
import createPostgres from "postgres"
import { type Bench, BenchFailed, type BenchOptions } from "../Bench.ts"
import { machine } from "../Machine.ts"
import { databases } from "../postgres/Databases.ts"
import * as Ours from "../postgres/Ours.ts"
import type { Sent } from "../postgres/Peer.ts"
import { loadedId, measuredTenants, population } from "../postgres/Population.ts"
import { benchServer } from "../postgres/Server.ts"
import type { Table } from "../Report.ts"
import { interleaved } from "../Sample.ts"

const sizes = ["small", "middle", "large"] as const

/** One way to the database: the reads through it, and a statement as the same driver sends it. */
interface Way {
  readonly name: string
  readonly source: Source
  readonly bare: (sent: Sent) => Promise<unknown>
}

const closing = <A>(open: () => A, close: (opened: A) => Promise<unknown>): Effect.Effect<A, never, Scope.Scope> =>
  Effect.acquireRelease(Effect.sync(open), (opened) => Effect.promise(() => close(opened)))

const sending =
  (query: QueryFunction) =>
  ({ params, sql }: Sent) =>
    Promise.resolve(query(sql, params))

const connections = 4

const ways = (url: string) =>
  Effect.gen(function* () {
    const pool = yield* closing(
      () => new pg.Pool({ connectionString: url, max: connections }).on("error", () => {}),
      (it) => it.end()
    )
    const knex = yield* closing(
      () => createKnex({ client: "pg", connection: url, pool: { min: 0, max: connections } }),
      (it) => it.destroy()
    )
    const sql = yield* closing(
      () => createPostgres(url, { max: connections }),
      (it) => it.end()
    )
    const client = yield* Layer.build(layerServer({ url: Redacted.make(url), maxConnections: connections }))
    const queries = { pg: fromPg(pool), knex: fromKnex(knex), "postgres.js": fromPostgres(sql) }
    const own: Way = {
      name: "its own pool",
      source: { url, maxConnections: connections },
      bare: (sent) => Effect.runPromise(Effect.provide(Ours.bare(sent), client))
    }
    const callers = Object.entries(queries).map(
      ([name, query]): Way => ({
        name,
        source: { query },
        bare: sending(query)
      })
    )
    return [own, ...callers]
  })

/** The statements of the two reads, as the ports send them. */
const statementsOf = (tenant: string, id: string) =>
  Effect.gen(function* () {
    const { getMany, page } = yield* ClientReader
    const query = yield* clientsPageQuery({})
    const wanted = yield* clientIds([id])
    return {
      get: yield* Ours.sentBy(getMany(TenantId.make(tenant), wanted)),
      page: yield* Ours.sentBy(page(TenantId.make(tenant), query))
    }
  })

const calls = (
  { clients }: OpenedReads,
  tenant: string,
  id: string
): Readonly<Record<"get" | "page", () => Promise<unknown>>> => ({
  get: () => clients.get(tenant, id),
  page: () => clients.list(tenant)
})

const run = (options: BenchOptions) =>
  Effect.gen(function* () {
    const people = population(options.scale)
    const server = yield* benchServer(options.keep)
    const { packed } = yield* databases(server.url, people, options.tell)
    const url = Redacted.value(packed)
    const ports = Layer.provide(layerPorts, layerServer({ url: packed, maxConnections: 1 }))
    const rows: Array<Table["rows"][number]> = []
    const figures: Record<string, number> = {}
    for (const { bare, name, source } of yield* ways(url)) {
      const reads = yield* closing(
        () => openReads(source),
        (it) => it.close()
      )
      for (const size of sizes) {
        yield* options.tell(`${name}, tenant of ${people[size]}`)
        const tenant = loadedId(`tenant ${measuredTenants[size]}`)
        const { items } = yield* Effect.promise(() => reads.clients.list(tenant))
        const id = items[0]?.clientId ?? ""
        const sent = yield* Effect.provide(statementsOf(tenant, id), ports)
        const door = calls(reads, tenant, id)
        for (const what of ["get", "page"] as const) {
          const taken = yield* interleaved(
            { door: Effect.promise(door[what]), bare: Effect.promise(() => bare(sent[what])) },
            options.budget
          )
          const ratio = taken.door.median / taken.bare.median
          figures[`${what}, ${name}, tenant of ${people[size]}: door / bare`] = ratio
          rows.push([
            ratio,
            ratio <= 1.3 ? "yes" : "NO",
            what === "get" ? "one client" : "page of 25",
            name,
            people[size],
            ...[taken.door, taken.bare].flatMap(({ median, p99 }) => [median, p99]),
            taken.door.runs
          ])
        }
      }
    }
    return {
      bench: "door",
      environment: { ...machine, server: server.description, scale: options.scale },
      tables: [
        {
          title: "Plain reads beside their own statement by the same driver, its rows as they are (ms); goal 1.3",
          columns: ["times bare", "met", "read", "through", "tenant's rows", "door", "p99", "bare", "p99", "runs"],
          rows
        }
      ],
      figures
    }
  }).pipe(
    Effect.provide(Logger.layer([])),
    Effect.mapError((error) =>
      error instanceof BenchFailed ? error : new BenchFailed({ why: `${error._tag}: ${error.message}` })
    )
  )

/** What plain promises cost over the statements that they send. */
export const door: Bench = {
  name: "door",
  summary: "reads by plain promises, beside the same statement through the same driver",
  run
}
