import { mkdir, mkdtemp, rm, truncate, writeFile } from "node:fs/promises"
import { createServer, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { parseEgressAllowlist } from "@alga-psa/ext-adapters-http"
import { dataset, type FetchFixture, type RouteFixture } from "@alga-psa/ext-adapters-memory"
import { httpFetchContract } from "@alga-psa/ext-adapters-memory/contract/HttpFetchContract"
import { layerMemoryPortData, PortData } from "@alga-psa/ext-adapters-memory/contract/PortData"
import { secretsContract } from "@alga-psa/ext-adapters-memory/contract/SecretsContract"
import { uiProxyContract } from "@alga-psa/ext-adapters-memory/contract/UiProxyContract"
import { installKey, layerInstalls, MemoryInstalls } from "@alga-psa/ext-adapters-memory/MemoryInstalls"
import { layerInvoices } from "@alga-psa/ext-adapters-memory/MemoryInvoicing"
import { asExecution, HttpFetch, type HttpFetchRequest, Secrets, UiProxy } from "@alga-psa/ext-domain"
import { afterAll } from "@effect/vitest"
import { Context, Effect, Layer, Result, Scope } from "effect"
import { devFiles } from "../src/dev/DevFiles.ts"
import { makeDevWorld } from "../src/dev/DevWorld.ts"
import { routeFile } from "../src/dev/RouteFiles.ts"

const folders = await mkdtemp(join(tmpdir(), "alga-dev-ports-"))
afterAll(() => rm(folders, { recursive: true, force: true }))

let fixtures: ReadonlyArray<FetchFixture> = []
let requests: Array<HttpFetchRequest> = []
const ofConnection = new Set(["host", "connection", "content-length"])

const answer = (response: ServerResponse, found: FetchFixture["answer"] | undefined): void => {
  if (found === "internal") response.writeHead(200).write("a", () => response.destroy())
  else if (found === undefined || typeof found === "string") response.destroy()
  else {
    const headers = found.headers.flatMap(({ name, value }) => [name, value])
    response.writeHead(found.status, headers).end(found.body ?? undefined)
  }
}

const outside = createServer(async (message, response) => {
  const body = new Uint8Array(Buffer.concat(await message.toArray()))
  const request = {
    method: message.method ?? "",
    url: `${origin}${message.url}`,
    headers: Object.entries(message.headers).flatMap(([name, value]) =>
      ofConnection.has(name) ? [] : [{ name, value: String(value) }]
    ),
    body: body.byteLength === 0 ? null : body
  }
  requests.push(request)
  answer(response, fixtures.find((one) => one.method === request.method && one.url === request.url)?.answer)
})
await new Promise<void>((resolve) => outside.listen(0, "127.0.0.1", resolve))
const origin = `http://127.0.0.1:${(outside.address() as AddressInfo).port}`
afterAll(() => {
  outside.closeAllConnections()
  outside.close()
})

/** A file larger than a route may be cannot be read. */
const tooLarge = 5 * 1024 * 1024

const writeRoute = async (folder: string, { answer, method, route }: RouteFixture): Promise<void> => {
  const name = routeFile(route, method === "POST")
  if (name === null) return
  const file = join(folder, devFiles.routes, name)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, typeof answer === "string" ? "" : answer)
  if (typeof answer === "string") await truncate(file, tooLarge)
}

/** The worlds of development servers as ports: every install has a world of its own, made of what the suite gives it. */
const worlds = Layer.effectContext(
  Effect.gen(function* () {
    const [installs, memory, scope] = [yield* MemoryInstalls, yield* PortData, yield* Effect.scope]
    const made = new Map<string, Context.Context<Secrets | HttpFetch | UiProxy>>()
    const make = Effect.gen(function* () {
      const { routes, secrets } = yield* installs.fixtures
      const folder = yield* Effect.promise(() => mkdtemp(join(folders, "extension-")))
      yield* Effect.promise(() => Promise.all(routes.map((route) => writeRoute(folder, route))))
      const origins = Result.getOrThrow(parseEgressAllowlist(origin))
      const read = async () => ({ secrets, origins, hasRoutes: true, problems: [] })
      const { ports } = yield* makeDevWorld(folder, dataset(), read)
      return yield* Layer.build(Layer.mergeAll(Layer.empty, ...ports))
    }).pipe(Effect.provideService(Scope.Scope, scope))
    const world = Effect.gen(function* () {
      const key = yield* installKey
      const found = made.get(key) ?? (yield* make)
      made.set(key, found)
      return found
    })
    const of = <Port, Service>(port: Context.Key<Port, Service>) =>
      Effect.map(world, (found) => Context.get(found, port as never) as Service)

    return Context.make(Secrets, {
      get: (key) => Effect.flatMap(of(Secrets), (secrets) => secrets.get(key)),
      listKeys: Effect.flatMap(of(Secrets), ({ listKeys }) => listKeys)
    }).pipe(
      Context.add(HttpFetch, { fetch: (request) => Effect.flatMap(of(HttpFetch), (http) => http.fetch(request)) }),
      Context.add(UiProxy, {
        callRoute: (route, payload) =>
          Effect.flatMap(of(UiProxy), (proxy) => proxy.callRoute(route, payload)).pipe(
            // A call is the reading of a file, which nobody else sees.
            Effect.tap(() => installs.send({ route, payload })),
            Effect.tapError(({ code }) => (code === "internal" ? installs.send({ route, payload }) : Effect.void))
          )
      }),
      Context.add(PortData, {
        ...memory,
        execution: (given, tenant) => {
          fixtures = given?.outside ?? []
          requests = []
          return memory.execution(given, tenant)
        },
        sent: (execution) => Effect.map(asExecution(execution)(installs.sent), (calls) => [...requests, ...calls])
      })
    )
  })
)

const adapter = Layer.provide(
  worlds,
  Layer.provideMerge(layerMemoryPortData, Layer.mergeAll(layerInstalls, layerInvoices))
)

secretsContract("alga-ext dev", adapter)
httpFetchContract("alga-ext dev", adapter, origin)
uiProxyContract("alga-ext dev", adapter, ["internal"])
