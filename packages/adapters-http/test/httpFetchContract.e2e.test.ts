import type { ServerResponse } from "node:http"
import type { FetchFixture } from "@alga-psa/ext-adapters-memory"
import { httpFetchContract } from "@alga-psa/ext-adapters-memory/contract/HttpFetchContract"
import { layerMemoryPortData, PortData } from "@alga-psa/ext-adapters-memory/contract/PortData"
import { layer as layerMemory, layerOtherPorts } from "@alga-psa/ext-adapters-memory/MemoryPorts"
import type { HttpFetchRequest } from "@alga-psa/ext-domain"
import { afterAll } from "@effect/vitest"
import { Effect, Exit, Layer, Result, Scope } from "effect"
import { parseAddressRanges } from "../src/EgressAddresses.ts"
import { parseEgressAllowlist } from "../src/EgressAllowlist.ts"
import { layerHttpFetch } from "../src/HttpFetch.ts"
import { received, servingSecurely } from "./support/Outside.ts"

const host = "service.example"
let fixtures: ReadonlyArray<FetchFixture> = []
let requests: Array<HttpFetchRequest> = []

const scope = Scope.makeUnsafe()
const answer = (response: ServerResponse, found: FetchFixture["answer"] | undefined): void => {
  if (found === "internal") response.writeHead(200).write("a", () => response.destroy())
  else if (found === undefined || typeof found === "string") response.destroy()
  else {
    const headers = found.headers.flatMap(({ name, value }) => [name, value])
    response.writeHead(found.status, headers).end(found.body ?? undefined)
  }
}
const { ca, port } = await servingSecurely(async (message, response) => {
  const request = await received(origin, message)
  requests.push(request)
  answer(response, fixtures.find((one) => one.method === request.method && one.url === request.url)?.answer)
}, host).pipe(Scope.provide(scope), Effect.runPromise)
const origin = `https://${host}:${port}`
afterAll(() => Effect.runPromise(Scope.close(scope, Exit.void)))

/** Cases run one after the other, so what is behind the origin is the latest execution's. */
const data = Layer.effect(
  PortData,
  Effect.map(PortData, (memory) =>
    PortData.of({
      ...memory,
      execution: (given, tenant) => {
        fixtures = given?.outside ?? []
        requests = []
        return memory.execution(given, tenant)
      },
      sent: () => Effect.sync(() => requests)
    })
  )
).pipe(Layer.provide(layerMemoryPortData), Layer.provide(layerOtherPorts), Layer.provide(layerMemory()))

const fetching = layerHttpFetch({
  entries: Result.getOrThrow(parseEgressAllowlist(`${host}:${port}`)),
  opened: Result.getOrThrow(parseAddressRanges("127.0.0.1")),
  resolve: async () => ["127.0.0.1"],
  bodyBytes: 1_000_000,
  ca
})

httpFetchContract("over HTTP", Layer.merge(fetching, data), origin)
