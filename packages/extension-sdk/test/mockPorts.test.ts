import { type ContractData, layerMemoryData } from "@alga-psa/ext-adapters-memory/contract/ContractData"
import { httpFetchContract } from "@alga-psa/ext-adapters-memory/contract/HttpFetchContract"
import { invoicingContract } from "@alga-psa/ext-adapters-memory/contract/InvoicingContract"
import { layerMemoryPortData, PortData } from "@alga-psa/ext-adapters-memory/contract/PortData"
import { schedulerContract } from "@alga-psa/ext-adapters-memory/contract/SchedulerContract"
import { secretsContract } from "@alga-psa/ext-adapters-memory/contract/SecretsContract"
import { storageContract } from "@alga-psa/ext-adapters-memory/contract/StorageContract"
import { uiProxyContract } from "@alga-psa/ext-adapters-memory/contract/UiProxyContract"
import { installKey, layerInstalls, MemoryInstalls } from "@alga-psa/ext-adapters-memory/MemoryInstalls"
import { layerInvoices } from "@alga-psa/ext-adapters-memory/MemoryInvoicing"
import { layerOtherPorts } from "@alga-psa/ext-adapters-memory/MemoryPorts"
import { layerStore, MemoryStore } from "@alga-psa/ext-adapters-memory/MemoryStore"
import {
  asExecution,
  HttpFetch,
  HttpFetchError,
  Invocation,
  Invoicing,
  lastKeySeen,
  Scheduler,
  SchedulerError,
  Secrets,
  SecretsError,
  Storage,
  StorageError,
  UiProxy,
  UiProxyError
} from "@alga-psa/ext-domain"
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import { compareText } from "../src/internal/readRules.ts"
import { mockHttp } from "../src/MockHttp.ts"
import { mockInvoicing } from "../src/MockInvoicing.ts"
import { mockScheduler } from "../src/MockScheduler.ts"
import { mockSecrets } from "../src/MockSecrets.ts"
import { mockStorage } from "../src/MockStorage.ts"
import { mockUiProxy } from "../src/MockUiProxy.ts"

type Port = Secrets | HttpFetch | Storage | UiProxy | Scheduler | Invoicing

const codeOf = (error: unknown) => (error as { code: never }).code
const text = (value: unknown): string | null => (value === undefined || value === null ? null : JSON.stringify(value))

/** The mocks as ports: every install has mocks of its own, made of what the suite gives it. */
const mocks = Layer.effectContext(
  Effect.gen(function* () {
    const [installs, store, memory] = [yield* MemoryInstalls, yield* MemoryStore, yield* PortData]
    const hosts = new Map<string, Effect.Success<typeof make>>()
    const make = Effect.gen(function* () {
      const { endpoints, outside, routes, secrets } = yield* installs.fixtures
      const { tenantId } = yield* Invocation
      const rows = yield* store.rows
      const own = <Row extends { readonly tenant: string }>(all: ReadonlyArray<Row>) =>
        all.filter(({ tenant }) => tenant === tenantId)
      return {
        tenantId,
        secrets: mockSecrets(secrets),
        http: mockHttp(outside.map((one) => ({ ...one, answer: one.answer as never }))),
        storage: mockStorage(),
        uiProxy: mockUiProxy(routes),
        scheduler: mockScheduler(endpoints),
        invoicing: mockInvoicing({
          clients: own(rows.clients).map(({ client_id }) => client_id),
          services: own(rows.service_catalog).map(({ service_id }) => service_id)
        })
      }
    })
    const host = Effect.gen(function* () {
      const key = yield* installKey
      const found = hosts.get(key) ?? (yield* make)
      hosts.set(key, found)
      return found
    })
    type Host = Effect.Success<typeof host>
    const call = <A, E>(run: (mock: Host) => Promise<A>, fail: (code: never) => E) =>
      Effect.flatMap(host, (mock) => Effect.tryPromise({ try: () => run(mock), catch: (error) => fail(codeOf(error)) }))
    const stored = <A>(run: (storage: Host["storage"]) => Promise<A>) =>
      call(
        ({ storage }) => run(storage),
        (code) => new StorageError({ code })
      )
    const scheduled = <A>(run: (scheduler: Host["scheduler"]) => Promise<A>) =>
      call(
        ({ scheduler }) => run(scheduler),
        (code) => new SchedulerError({ code })
      )

    const shown = (schedule: Awaited<ReturnType<Host["scheduler"]["list"]>>[number]) =>
      ({ ...schedule, payload: text(schedule.payload) }) as never
    const changed = (result: object) => {
      const { error = null, fieldErrors, scheduleId = null, success } = result as Record<string, never>
      return { success, error, scheduleId, fieldErrors: text(fieldErrors) } as never
    }
    const given = <Input extends { readonly payload?: string | null | undefined }>({ payload, ...input }: Input) => ({
      ...Object.fromEntries(Object.entries(input).filter(([, value]) => value !== null && value !== undefined)),
      ...(payload == null ? {} : { payload: payload === "" ? null : JSON.parse(payload) })
    })

    return Context.make(Secrets, {
      get: (key) =>
        call(
          ({ secrets }) => secrets.get(key),
          (code) => new SecretsError({ code })
        ),
      listKeys: Effect.flatMap(host, ({ secrets }) => Effect.promise(() => secrets.list()))
    }).pipe(
      Context.add(HttpFetch, {
        fetch: (request) =>
          call(
            async ({ http }) => ({ body: null, ...(await http.fetch({ ...request, headers: [...request.headers] })) }),
            (code) => new HttpFetchError({ code })
          )
      }),
      Context.add(Storage, {
        get: (namespace, key) =>
          stored(async (storage) => {
            const found = await storage.getBytes(namespace, key)
            if (found === null) throw { code: "missing" }
            return { ...found, namespace, revision: BigInt(found.revision) }
          }),
        put: ({ key, namespace, revision, value }) =>
          stored(async (storage) => {
            const when = revision === null ? {} : { ifRevision: Number(revision) }
            const written = await storage.putBytes(namespace, key, value, when)
            return { namespace, key, value, revision: BigInt(written) }
          }),
        delete: (namespace, key) => stored((storage) => storage.delete(namespace, key)),
        listEntries: (namespace, cursor) =>
          stored(async (storage) => {
            // The mock turns the pages itself, so its first is all there is.
            const last = cursor === null ? "" : lastKeySeen(cursor)
            const entries = (await storage.list(namespace)).filter(({ key }) => compareText(key, last) > 0)
            return entries.map(({ key, revision, value }) => ({
              namespace,
              key,
              value,
              revision: BigInt(revision ?? 0)
            }))
          })
      }),
      Context.add(UiProxy, {
        callRoute: (route, payload) =>
          call(
            ({ uiProxy }) => uiProxy.callRoute(route, payload),
            (code) => new UiProxyError({ code })
          )
      }),
      Context.add(Scheduler, {
        listSchedules: scheduled(async (scheduler) => (await scheduler.list()).map(shown)),
        getSchedule: (id) =>
          scheduled(async (scheduler) => {
            const found = await scheduler.get(id)
            return found === null ? null : shown(found)
          }),
        createSchedule: (input) =>
          scheduled(async (scheduler) => changed(await scheduler.create(given(input) as never))),
        updateSchedule: (id, input) =>
          scheduled(async (scheduler) => changed(await scheduler.update(id, given(input) as never))),
        deleteSchedule: (id) =>
          scheduled(async (scheduler) => {
            const { error = null, success } = await scheduler.delete(id)
            return { success, error }
          }),
        getEndpoints: scheduled((scheduler) => scheduler.getEndpoints())
      }),
      Context.add(Invoicing, {
        createManualInvoice: (input) =>
          Effect.flatMap(host, ({ invoicing }) =>
            Effect.promise(async () => {
              const result = await invoicing.createManualInvoice(input)
              return { ...result, fieldErrors: text(result.fieldErrors) }
            })
          )
      }),
      Context.add(PortData, {
        ...memory,
        sent: (execution) =>
          asExecution(execution)(
            Effect.map(host, ({ http, uiProxy }) => [
              ...http.sent.map((request) => ({ ...request, body: request.body ?? null })),
              ...uiProxy.called
            ])
          ),
        invoices: (tenant) =>
          Effect.sync(() =>
            [...hosts.values()]
              .filter(({ tenantId }) => tenantId === tenant)
              .flatMap(({ invoicing }) => invoicing.drafts.map(({ input }) => input))
          )
      })
    )
  })
)

const world = Layer.provideMerge(
  layerMemoryPortData,
  Layer.mergeAll(layerInstalls, layerInvoices, Layer.provideMerge(layerMemoryData, layerStore()))
)
const adapter: Layer.Layer<Port | PortData | ContractData> = Layer.provideMerge(mocks, world)

secretsContract("the SDK's mock", adapter)
httpFetchContract("the SDK's mock", adapter)
storageContract("the SDK's mock", adapter)
uiProxyContract("the SDK's mock", adapter)
schedulerContract("the SDK's mock", adapter)
invoicingContract("the SDK's mock", adapter)

const endpoint = { id: "e1", method: "GET", path: "/a", handler: "dist/main", schedulable: true }
const crons = [
  ...["0 2 * * *", "*/5 * * * *", "0/5 * * * *", "5 4 * * sun", "0 0 1 JAN *", "0,30 9-17 * * 1-5", "0 0 29 2 *"],
  ...["* * * * *", "*/4 * * * *", "0,58 * * * *", "1-2 * * * *", "57/2 * * * *", "0 0 * * 7", "0 0 * * 8"],
  ...["60 * * * *", "-1 * * * *", "a * * * *", "0 24 * * *", "0 0 0 * *", "0 0 32 * *", "0 0 * 13 *", "0 0 * foo *"],
  ...["0 2 * *", "0 0 2 * * *", "", "@daily", "5-1 * * * *", "1/0 * * * *", "1/a * * * *", "1//2 * * * *"],
  ...["1-2-3 * * * *", ",1 * * * *", "1, * * * *", "*-5 * * * *", "0 0 * * mon-fri", " 0  2 * * * ", "0 0 ? * *"],
  ...["7,*/30 * * * *", "*/59 * * * *", "*/60 * * * *", "0 */23 * * *", "0 0 * * fri-mon", "1.5 * * * *", "0 0 L * *"]
]

describe("the cron rule of a mock", () => {
  it.effect.each(crons.map((cron) => [cron] as const))("is that of the host for %j", ([cron]) =>
    Effect.gen(function* () {
      const { execution } = yield* PortData
      const real = yield* Scheduler
      const run = asExecution(yield* execution({ endpoints: [endpoint] }))
      const host = yield* run(real.createSchedule({ endpoint: "/a", cron }))
      const mock =
        cron === ""
          ? { success: false }
          : yield* Effect.promise(() => mockScheduler([endpoint]).create({ endpoint: "/a", cron }))
      assert.strictEqual(mock.success, host.success)
    }).pipe(Effect.provide(Layer.provideMerge(Layer.provideMerge(layerMemoryPortData, layerOtherPorts), layerStore())))
  )
})
