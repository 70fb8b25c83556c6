import { ContractData } from "@alga-psa/ext-adapters-memory/contract/ContractData"
import { layer as layerMemory } from "@alga-psa/ext-adapters-memory/MemoryPorts"
import { ClientReader } from "@alga-psa/ext-domain/ClientReader"
import type { CursorPage } from "@alga-psa/ext-domain/CursorPage"
import { ClientId, ServiceId } from "@alga-psa/ext-domain/Identifiers"
import type { Page } from "@alga-psa/ext-domain/Page"
import { cursorOf, type PageCursor } from "@alga-psa/ext-domain/PageCursor"
import { ServiceReader } from "@alga-psa/ext-domain/ServiceReader"
import { assert, layer } from "@effect/vitest"
import { Effect, type Layer } from "effect"
import { onEmbedded, onServer } from "./databases.ts"
import { type Generated, generated, toDataset } from "./generated.ts"

/** All pages of a list, and the empty one after the last. */
const allPages = <A, E, R>(pageSize: number, list: (page: number) => Effect.Effect<Page<A>, E, R>) =>
  Effect.gen(function* () {
    const pages = [yield* list(1)]
    const last = Math.ceil((pages[0]?.totalCount ?? 0) / pageSize) + 1
    for (let page = 2; page <= last; page++) pages.push(yield* list(page))
    return pages
  })

/** All pages of a list by cursor. */
const iterated = <A, E, R>(page: (after: PageCursor | null) => Effect.Effect<CursorPage<A>, E, R>) =>
  Effect.gen(function* () {
    const pages = [yield* page(null)]
    for (let next = pages[0]?.next; typeof next === "string"; next = pages.at(-1)?.next) {
      pages.push(yield* page(cursorOf(next)))
    }
    return pages
  })

/** Every answer that the ports in the environment give to the run's queries, and to `get` of every id. */
const answers = (run: Generated, { tenants, rows }: ReturnType<typeof toDataset>) =>
  Effect.gen(function* () {
    const clients = yield* ClientReader
    const services = yield* ServiceReader
    const clientIds = rows.clients.map((row) => ClientId.make(row.client_id))
    const serviceIds = rows.service_catalog.map((row) => ServiceId.make(row.service_id))
    return yield* Effect.forEach(tenants, (tenant) =>
      Effect.all({
        clientPages: Effect.forEach(run.clientQueries, ({ only, ...query }) =>
          allPages(query.pageSize, (page) =>
            clients.list(tenant, { ...query, page, onlyClient: (only ? clientIds[0] : null) ?? null })
          )
        ),
        clients: Effect.forEach(clientIds, (id) => clients.get(tenant, id)),
        manyClients: clients.getMany(tenant, [...clientIds, ...clientIds]),
        clientsBehind: Effect.forEach(run.clientQueries, ({ only, ...query }) =>
          Effect.forEach([null, run.tags.filter((tag) => tag !== "").slice(0, 2)], (tags) =>
            iterated((after) =>
              clients.page(tenant, {
                ...query,
                tags,
                after,
                withTotal: only,
                onlyClient: (only ? clientIds[0] : null) ?? null
              })
            )
          )
        ),
        servicePages: Effect.forEach(run.serviceQueries, (query) =>
          allPages(query.pageSize, (page) => services.list(tenant, { ...query, page }))
        ),
        services: Effect.forEach(serviceIds, (id) => services.get(tenant, id)),
        manyServices: services.getMany(tenant, [...serviceIds, ...serviceIds]),
        servicesBehind: Effect.forEach(run.serviceQueries, (query) =>
          iterated((after) => services.page(tenant, { ...query, after, withTotal: true }))
        )
      })
    )
  })

const agreesWithMemory = <E>(
  name: string,
  adapter: Layer.Layer<ClientReader | ServiceReader | ContractData, E>
): void =>
  layer(adapter)(`Agreement of ${name} with memory`, (it) => {
    it.effect.prop(
      "answers every list, page by page and by cursor, and every get the same",
      generated,
      (run) =>
        Effect.gen(function* () {
          const data = toDataset(run)
          yield* Effect.flatMap(ContractData, (it) => it.load(data.rows))
          const expected = yield* Effect.provide(answers(run, data), layerMemory(data.rows))
          assert.deepEqual(yield* answers(run, data), expected)
        }),
      { arbitrary: { runs: 60 } }
    )
  })

agreesWithMemory("a PostgreSQL server", onServer)
agreesWithMemory("PGlite", onEmbedded)
