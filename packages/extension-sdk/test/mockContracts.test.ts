import { layerMemoryData } from "@alga-psa/ext-adapters-memory/contract/ContractData"
import { resourceContracts } from "@alga-psa/ext-adapters-memory/contract/ResourceContracts"
import { layerPorts } from "@alga-psa/ext-adapters-memory/MemoryPorts"
import { layerStore, MemoryStore } from "@alga-psa/ext-adapters-memory/MemoryStore"
import {
  ClientId,
  ClientReader,
  decodeClientsQuery,
  decodeServicesQuery,
  ServiceId,
  ServiceReader
} from "@alga-psa/ext-domain"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Layer } from "effect"
import { mockClients } from "../src/Clients.ts"
import { mockServices } from "../src/Services.ts"

const nothing = <A>(value: A | null): ReadonlyArray<A> => (value === null ? [] : [value])

/** The mocks as readers of a tenant: its rows become fixtures, field by field, and the mock does the rest. */
const mockReaders = Layer.effectContext(
  Effect.gen(function* () {
    const store = yield* MemoryStore
    const [rowsOfClients, rowsOfServices] = [yield* ClientReader, yield* ServiceReader]
    const clientsOf = Effect.fnUntraced(function* (tenant: Parameters<typeof rowsOfClients.get>[0]) {
      const { clients } = yield* store.rows
      const own = clients.filter((row) => row.tenant === tenant)
      return (yield* Effect.forEach(own, (row) => rowsOfClients.get(tenant, ClientId.make(row.client_id)))).flatMap(
        nothing
      )
    })
    const servicesOf = Effect.fnUntraced(function* (tenant: Parameters<typeof rowsOfServices.get>[0]) {
      const { service_catalog } = yield* store.rows
      const own = service_catalog.filter((row) => row.tenant === tenant)
      const found = yield* Effect.forEach(own, (row) =>
        Effect.map(rowsOfServices.get(tenant, ServiceId.make(row.service_id)), (summary) =>
          nothing(summary).map((shown) => ({ ...shown, description: row.description ?? "" }))
        )
      )
      return found.flat()
    })
    const clientReader = ClientReader.of({
      ...rowsOfClients,
      list: (tenant, { onlyClient, ...query }) =>
        Effect.flatMap(clientsOf(tenant), (found) => {
          const visible = found.filter(({ clientId }) => onlyClient === null || clientId === onlyClient)
          return Effect.promise(() => mockClients(visible).list(query) as never)
        }),
      get: (tenant, id) =>
        Effect.flatMap(clientsOf(tenant), (found) => Effect.promise(() => mockClients(found).get(id) as never))
    })
    const serviceReader = ServiceReader.of({
      ...rowsOfServices,
      list: (tenant, query) =>
        Effect.flatMap(servicesOf(tenant), (found) => Effect.promise(() => mockServices(found).list(query) as never)),
      get: (tenant, id) =>
        Effect.flatMap(servicesOf(tenant), (found) => Effect.promise(() => mockServices(found).get(id) as never))
    })
    return Layer.mergeAll(Layer.succeed(ClientReader, clientReader), Layer.succeed(ServiceReader, serviceReader))
  }).pipe(Effect.flatMap(Layer.build))
)

const adapter = Layer.provideMerge(
  Layer.merge(mockReaders.pipe(Layer.provide(layerPorts)), layerMemoryData),
  layerStore()
)

resourceContracts("the SDK's mock", adapter)

const bounds = [
  undefined,
  {},
  { page: 1 },
  { page: 10_000 },
  { page: 0 },
  { page: 10_001 },
  { page: -1 },
  { page: 1.5 },
  { page: null },
  { page: "1" },
  { page: Number.NaN },
  { pageSize: 1 },
  { pageSize: 100 },
  { pageSize: 0 },
  { pageSize: 101 },
  { search: "" },
  { search: "   " },
  { search: null },
  { search: 5 },
  { search: "a\0b" },
  { search: "x".repeat(200) },
  { search: ` ${"x".repeat(200)} ` },
  { search: "x".repeat(201) },
  { search: "😀".repeat(200) },
  { search: "😀".repeat(201) },
  { includeInactive: true },
  { includeInactive: null },
  { includeInactive: "true" },
  { isActive: false },
  { isActive: 0 },
  { itemKind: "product" },
  { itemKind: "Product" },
  { billingMethod: "usage" },
  { billingMethod: "per_unit" },
  { unknown: 1 }
]

const judge = (list: () => Promise<unknown>) =>
  Effect.map(
    Effect.exit(Effect.tryPromise({ try: list, catch: (error) => (error as { code: string }).code })),
    Exit.isSuccess
  )

describe("the input rules of a mock", () => {
  it.effect.each(bounds.map((input) => [input] as const))("are those of the host for %j", ([input]) =>
    Effect.gen(function* () {
      const [clients, services] = [
        yield* judge(() => mockClients().list(input as never)),
        yield* judge(() => mockServices().list(input as never))
      ]
      assert.deepEqual(
        [clients, services],
        [
          Exit.isSuccess(yield* Effect.exit(decodeClientsQuery(input))),
          Exit.isSuccess(yield* Effect.exit(decodeServicesQuery(input)))
        ]
      )
    })
  )
})
