import { join } from "node:path"
import { layerClientReader } from "@alga-psa/ext-adapters-pg/PgClientReader"
import { layerServer } from "@alga-psa/ext-adapters-pg/PgServer"
import {
  ComponentStore,
  defaultLimits,
  Executor,
  layerComponentStore,
  layerExecutor,
  layerHostImports,
  layerSandbox
} from "@alga-psa/ext-adapters-wit"
import { asExecution, ClientReader, layerDeniedPorts, layerGuardedPorts, layerGuardedReads } from "@alga-psa/ext-domain"
import { TenantId } from "@alga-psa/ext-domain/Identifiers"
import { Effect, Layer, Logger } from "effect"
import { type Bench, BenchFailed, type BenchOptions } from "../Bench.ts"
import { machine } from "../Machine.ts"
import { databases } from "../postgres/Databases.ts"
import { loadedId, measuredTenants, population } from "../postgres/Population.ts"
import { benchServer } from "../postgres/Server.ts"
import type { Report } from "../Report.ts"
import { interleaved } from "../Sample.ts"
import { builtGuest, guestInstall } from "../sandbox/GuestInstall.ts"
import { temporaryDirectory } from "../sandbox/TemporaryDirectory.ts"

const asked = 100

const measure = Effect.fnUntraced(function* ({ budget, keep, scale, tell }: BenchOptions) {
  const directory = yield* temporaryDirectory
  const people = population(scale)
  const server = yield* benchServer(keep)
  const { packed } = yield* databases(server.url, people, tell)
  const { data: rights, execution } = guestInstall(["cap:client.read"])
  const clients = Layer.provide(layerClientReader, layerServer({ url: packed, maxConnections: 1 }))

  yield* tell("building the component")
  const bytes = yield* builtGuest(new URL("./guest.ts", import.meta.url), directory)

  // The rights are of a tenant in memory, the clients of one in the database.
  const loaded = TenantId.make(loadedId(`tenant ${measuredTenants.middle}`))
  const read = Layer.effect(
    ClientReader,
    Effect.map(ClientReader, (reader) =>
      ClientReader.of({
        list: (_, query) => reader.list(loaded, query),
        get: (_, id) => reader.get(loaded, id),
        page: (_, query) => reader.page(loaded, query),
        getMany: (_, ids) => reader.getMany(loaded, ids)
      })
    )
  ).pipe(Layer.provide(clients))
  const layers = layerExecutor.pipe(
    Layer.provide(layerHostImports),
    Layer.provide(Layer.provide(layerGuardedPorts, layerDeniedPorts)),
    Layer.provide(layerGuardedReads),
    Layer.provideMerge(Layer.merge(rights, read)),
    Layer.provideMerge(
      Layer.merge(
        layerComponentStore({ directory: join(directory, "components") }),
        layerSandbox({ concurrency: 1, concurrencyPerTenant: 1, concurrencyPerInstall: 1, limits: defaultLimits })
      )
    )
  )
  return yield* Effect.gen(function* () {
    const component = yield* Effect.flatMap(ComponentStore, (store) => store.accept(bytes, execution.tenantId))
    const executor = yield* Executor
    const reader = yield* ClientReader
    const query = { search: null, page: 1, pageSize: asked, includeInactive: true, onlyClient: null }
    const { items } = yield* reader.list(loaded, query)
    const body = new TextEncoder().encode(JSON.stringify(items.map(({ clientId }) => clientId)))
    const run = (url: string, found: number) =>
      asExecution(execution)(
        executor.execute(component, { method: "GET", url, headers: [], body }, defaultLimits)
      ).pipe(
        Effect.filterOrFail(
          (answer) => new TextDecoder().decode(answer.body ?? new Uint8Array()) === String(found),
          () => new BenchFailed({ why: `${url} did not find ${found} clients` })
        )
      )
    yield* tell("everyone in turns")
    const timed = yield* interleaved(
      { each: run("/each", items.length), many: run("/many", items.length), none: run("/none", 0) },
      budget * 4
    )
    const [each, many, none] = [timed.each.median, timed.many.median, timed.none.median]
    return {
      bench: "many",
      environment: { ...machine, server: server.description, "clients of the tenant": people.middle },
      tables: [
        {
          title: `${items.length} clients by their ids, through a component (ms)`,
          columns: ["execution that", "median"],
          rows: [
            ["calls get for each", each],
            ["calls getMany once", many],
            ["calls nothing", none]
          ]
        }
      ],
      figures: {
        "100 get calls / one getMany, calls alone": (each - none) / (many - none),
        "100 get calls / one getMany, whole executions": each / many
      }
    } satisfies Report
  }).pipe(Effect.provide(layers))
})

const run = (options: BenchOptions) =>
  measure(options).pipe(
    Effect.provide(Logger.layer([])),
    Effect.catch((error) => Effect.fail(error instanceof BenchFailed ? error : new BenchFailed({ why: String(error) })))
  )

/** Many clients by their ids, through a component and PostgreSQL: one call for all of them beside one for each. */
export const many: Bench = {
  name: "many",
  summary: "100 ids by one getMany beside 100 get calls, through a component",
  run
}
