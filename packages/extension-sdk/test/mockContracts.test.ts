import { layerMemoryData } from "@alga-psa/ext-adapters-memory/contract/ContractData"
import { resourceContracts } from "@alga-psa/ext-adapters-memory/contract/ResourceContracts"
import { layerPorts } from "@alga-psa/ext-adapters-memory/MemoryPorts"
import { layerStore, MemoryStore } from "@alga-psa/ext-adapters-memory/MemoryStore"
import {
  ClientId,
  ClientReader,
  decodeClientIds,
  decodeClientsPageQuery,
  decodeClientsQuery,
  decodeServicesPageQuery,
  decodeServicesQuery,
  ServiceId,
  ServiceReader
} from "@alga-psa/ext-domain"
import type { CursorQuery } from "@alga-psa/ext-domain/CursorPage"
import type { TenantId } from "@alga-psa/ext-domain/Identifiers"
import { cursorText } from "@alga-psa/ext-domain/PageCursor"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Layer } from "effect"
import { mockClients } from "../src/Clients.ts"
import { mockClientsV2 } from "../src/ClientsV2.ts"
import { mockServices } from "../src/Services.ts"
import { mockServicesV2 } from "../src/ServicesV2.ts"

/** A query of a reader as the input of a mock: a cursor is its text. */
const inputOf = <Query extends CursorQuery>(query: Query) => ({
  ...query,
  after: query.after === null ? null : cursorText(query.after)
})

const answered = <A>(call: () => Promise<unknown>) => Effect.promise(call as () => Promise<A>)

/** The mocks as readers of a tenant: its rows become fixtures, field by field, and the mock does the rest. */
const mockReaders = Layer.effectContext(
  Effect.gen(function* () {
    const store = yield* MemoryStore
    const [rowsOfClients, rowsOfServices] = [yield* ClientReader, yield* ServiceReader]
    const clientsOf = Effect.fnUntraced(function* (tenant: TenantId) {
      const { clients } = yield* store.rows
      const own = clients.filter((row) => row.tenant === tenant).map((row) => ClientId.make(row.client_id))
      return (yield* rowsOfClients.getMany(tenant, own)).filter((client) => client !== null)
    })
    const servicesOf = Effect.fnUntraced(function* (tenant: TenantId) {
      const { service_catalog } = yield* store.rows
      const own = service_catalog.filter((row) => row.tenant === tenant)
      const found = yield* rowsOfServices.getMany(
        tenant,
        own.map((row) => ServiceId.make(row.service_id))
      )
      return found.flatMap((service, at) =>
        service === null ? [] : [{ ...service, description: own[at]?.description ?? "" }]
      )
    })
    const visible = (tenant: TenantId, onlyClient: ClientId | null) =>
      Effect.map(clientsOf(tenant), (found) =>
        found.filter(({ clientId }) => onlyClient === null || clientId === onlyClient)
      )
    const clientReader = ClientReader.of({
      list: (tenant, { onlyClient, ...query }) =>
        Effect.flatMap(visible(tenant, onlyClient), (found) => answered(() => mockClients(found).list(query))),
      get: (tenant, id) => Effect.flatMap(clientsOf(tenant), (found) => answered(() => mockClients(found).get(id))),
      page: (tenant, { onlyClient, ...query }) =>
        Effect.flatMap(visible(tenant, onlyClient), (found) =>
          answered(() => mockClientsV2(found).list(inputOf(query)))
        ),
      getMany: (tenant, ids) =>
        Effect.flatMap(clientsOf(tenant), (found) => answered(() => mockClientsV2(found).getMany(ids)))
    })
    const serviceReader = ServiceReader.of({
      list: (tenant, query) =>
        Effect.flatMap(servicesOf(tenant), (found) => answered(() => mockServices(found).list(query))),
      get: (tenant, id) => Effect.flatMap(servicesOf(tenant), (found) => answered(() => mockServices(found).get(id))),
      page: (tenant, query) =>
        Effect.flatMap(servicesOf(tenant), (found) => answered(() => mockServicesV2(found).list(inputOf(query)))),
      getMany: (tenant, ids) =>
        Effect.flatMap(servicesOf(tenant), (found) => answered(() => mockServicesV2(found).getMany(ids)))
    })
    return Layer.mergeAll(Layer.succeed(ClientReader, clientReader), Layer.succeed(ServiceReader, serviceReader))
  }).pipe(Effect.flatMap(Layer.build))
)

const adapter = Layer.provideMerge(
  Layer.merge(mockReaders.pipe(Layer.provide(layerPorts)), layerMemoryData),
  layerStore()
)

resourceContracts("the SDK's mock", adapter)

const id = "c0000000-0000-4000-8000-00000000000a"

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
  { withTotal: true },
  { withTotal: 1 },
  { tags: ["a"] },
  { tags: null },
  { tags: [] },
  { tags: "a" },
  { tags: [1] },
  { tags: [""] },
  { tags: ["x".repeat(100)] },
  { tags: ["x".repeat(101)] },
  { tags: ["a\0b"] },
  { tags: Array.from({ length: 20 }, () => "a") },
  { tags: Array.from({ length: 21 }, () => "a") },
  { after: null },
  { after: 1 },
  { after: "" },
  { after: cursorText({ name: "ä", id }) },
  { after: `${cursorText({ name: "ä", id })}=` },
  { after: cursorText({ name: "ä", id }).replace("1.", "2.") },
  { after: cursorText({ name: "\ufeffa", id }) },
  { after: cursorText({ name: "a\0b", id }) },
  { after: cursorText({ name: "😀".repeat(750), id }) },
  { after: cursorText({ name: "x".repeat(751), id }) },
  { after: cursorText({ name: "", id: id.toUpperCase() }) },
  { after: cursorText({ name: "", id: "1".repeat(36) }) },
  { after: `1.${id}._w` },
  { after: `1.${id}.YR` },
  { unknown: 1 }
]

const lists = [
  ["clients", () => mockClients().list, decodeClientsQuery],
  ["services", () => mockServices().list, decodeServicesQuery],
  ["clientsV2", () => mockClientsV2().list, decodeClientsPageQuery],
  ["servicesV2", () => mockServicesV2().list, decodeServicesPageQuery]
] as const

const someIds = [
  [],
  [id],
  [id.toUpperCase()],
  ["1"],
  [1],
  Array.from({ length: 100 }, () => id),
  Array.from({ length: 101 }, () => id),
  null,
  id
]

const judge = (list: () => Promise<unknown>) =>
  Effect.map(
    Effect.exit(Effect.tryPromise({ try: list, catch: (error) => (error as { code: string }).code })),
    Exit.isSuccess
  )

describe("the input rules of a mock", () => {
  it.effect.each(bounds.map((input) => [input] as const))("are those of the host for %j", ([input]) =>
    Effect.gen(function* () {
      for (const [name, list, decode] of lists) {
        const judged = yield* judge(() => list()(input as never))
        assert.strictEqual(judged, Exit.isSuccess(yield* Effect.exit<unknown, unknown, never>(decode(input))), name)
      }
    })
  )

  it.effect.each(someIds.map((ids) => [ids] as const))("are those of the host for the ids %j", ([ids]) =>
    Effect.gen(function* () {
      const judged = yield* judge(() => mockClientsV2().getMany(ids as never))
      assert.strictEqual(judged, Exit.isSuccess(yield* Effect.exit(decodeClientIds(ids))))
    })
  )
})
