import { createHash } from "node:crypto"
import { mkdtemp, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { text } from "node:stream/consumers"
import { zstdDecompressSync } from "node:zlib"
import {
  type Component,
  ComponentStore,
  defaultLimits,
  error,
  type HostReply,
  layerComponentStore,
  layerSandbox,
  ok,
  Sandbox
} from "@alga-psa/ext-adapters-wit"
import type { BuiltExtension } from "@alga-psa/ext-extension-build"
import { importsOf } from "@alga-psa/ext-extension-sdk/build"
import { layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { extract } from "tar-stream"
import { beforeAll, expect } from "vitest"
import { buildSample } from "../src/BuildSample.ts"

const client = {
  clientId: "00000000-0000-4000-8000-000000000001",
  clientName: "Älpha 漢",
  clientType: "company",
  isInactive: false,
  defaultCurrencyCode: "EUR",
  accountManagerId: null,
  accountManagerName: null,
  billingEmail: null
}
const service = {
  serviceId: "00000000-0000-4000-8000-000000000002",
  serviceName: "Support",
  itemKind: "service",
  billingMethod: "hourly",
  serviceTypeId: null,
  serviceTypeName: null,
  defaultRate: 12_550,
  unitOfMeasure: "hour",
  isActive: true,
  sku: null
}
const page = (items: ReadonlyArray<unknown>) => ({ items, totalCount: items.length, page: 1, pageSize: 25 })
/** What a host answers, by the function's name; an empty page, or nothing, for all others. */
type Answers = Readonly<Record<string, (arg: unknown) => HostReply>>
const answers: Answers = {
  listClients: () => ok(page([client])),
  getClient: (id) => ok(id === client.clientId ? client : null),
  listServices: () => ok(page([service])),
  getService: () => ok(service)
}

/** Longer than any machine takes: nothing here is about a time. */
const longMs = 3_600_000
const limits = { ...defaultLimits, timeoutMs: longMs, cpuMs: longMs }

const temporary = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "alga-sample-"))),
  (folder) => Effect.promise(() => rm(folder, { recursive: true, force: true }))
)

const sandbox = Layer.unwrap(
  Effect.map(temporary, (directory) =>
    layerSandbox({ concurrency: 1, spares: 0, idleProcesses: 1, startMs: longMs, limits }).pipe(
      Layer.provideMerge(
        layerComponentStore({ directory, intakeTimeoutMs: longMs, intakeProcessorMs: longMs, spare: false })
      )
    )
  )
)

const send = Effect.fnUntraced(function* (component: Component, url: string, given: Answers = answers) {
  const { status, body } = yield* (yield* Sandbox).execute({
    component,
    tenantId: "tenant",
    installId: "install",
    request: {
      context: { requestId: null, tenantId: "tenant", extensionId: "e", installId: "install", versionId: null },
      http: { method: "GET", url, headers: [], body: null }
    },
    limits,
    host: (call) => Effect.succeed(given[call.function]?.(call.args[0]) ?? ok(null))
  })
  return { status, body: JSON.parse(new TextDecoder().decode(body ?? new Uint8Array())) }
})

layer(sandbox, { excludeTestServices: true })("the sample", (it) => {
  let sample: BuiltExtension
  beforeAll(async () => {
    sample = await buildSample()
  })

  it.effect("imports what it uses and nothing that the product's world lacks", () =>
    Effect.gen(function* () {
      expect([sample.interfaces, sample.notes]).toEqual([["clients", "logging", "services"], []])
      const imports = yield* Effect.promise(async () => importsOf(await readFile(sample.componentFile)))
      const names = [...sample.interfaces, "types"].map((name) => `alga:extension/${name}`)
      expect(imports.toSorted()).toEqual(names)
    })
  )

  const sending = Effect.gen(function* () {
    const component = yield* (yield* ComponentStore).accept(yield* Effect.promise(() => readFile(sample.componentFile)))
    return (url: string, given?: Answers) => send(component, url, given)
  })

  it.effect("answers every route, request after request", () =>
    Effect.gen(function* () {
      const get = yield* sending
      const overview = {
        clients: page([client]),
        services: page([service]),
        firstClient: client,
        firstService: service
      }
      for (let round = 0; round < 2; round++) {
        expect(yield* get("/api/clients")).toEqual({ status: 200, body: page([client]) })
        expect(yield* get(`/api/clients/${client.clientId}`)).toEqual({ status: 200, body: client })
        expect(yield* get("/api/services")).toEqual({ status: 200, body: page([service]) })
        expect(yield* get(`/api/services/${service.serviceId}`)).toEqual({ status: 200, body: service })
        expect(yield* get("/api/overview")).toEqual({ status: 200, body: overview })
        expect(yield* get("/api/clients/other")).toEqual({ status: 404, body: { error: "not-found" } })
        expect(yield* get("/api/clients?page=abc")).toEqual({ status: 400, body: { error: "invalid-input" } })
      }
    })
  )

  it.effect("sends the query's filters to the host", () =>
    Effect.gen(function* () {
      const asked: Array<unknown> = []
      const listServices = (input: unknown) => {
        asked.push(input)
        return ok(page([]))
      }
      const query = "search=%C3%A9+x&itemKind=product&isActive=false&billingMethod=usage&page=3&pageSize=50"
      yield* (yield* sending)(`/api/services?${query}`, { listServices })
      expect(asked).toEqual([
        { search: "é x", itemKind: "product", isActive: false, billingMethod: "usage", page: 3, pageSize: 50 }
      ])
    })
  )

  it.effect.each([
    ["not-allowed", 403],
    ["invalid-input", 400],
    ["internal", 500]
  ] as const)("answers %s of the host with its status, and the next request as before", ([code, status]) =>
    Effect.gen(function* () {
      const get = yield* sending
      const denied = { listClients: () => error(code), getClient: () => error(code) }
      for (const url of ["/api/clients", "/api/clients/x"]) {
        expect(yield* get(url, denied)).toEqual({ status, body: { error: code } })
      }
      expect((yield* get("/api/clients")).status).toBe(200)
    })
  )

  it.effect("is packed as a bundle that carries the manifest, the component and its description", () =>
    Effect.promise(async () => {
      const archive = await readFile(sample.bundleFile)
      const names: Record<string, string> = {}
      const reader = extract()
      reader.end(zstdDecompressSync(archive))
      for await (const entry of reader) names[entry.header.name] = await text(entry)
      expect(Object.keys(names)).toEqual([
        "dist/component.json",
        "dist/main.wasm",
        "manifest.json",
        "ui/index.html",
        "ui/main.css",
        "ui/main.js"
      ])
      expect(JSON.parse(names["dist/component.json"] ?? "")).toEqual({
        component: { world: "alga:extension/runner", file: "dist/main.wasm" },
        capabilities: ["cap:client.read", "cap:service.read"]
      })
      expect(JSON.parse(names["manifest.json"] ?? "")).toEqual(sample.manifest)
      expect(sample.contentHash).toBe(`sha256:${createHash("sha256").update(archive).digest("hex")}`)
    })
  )
})
