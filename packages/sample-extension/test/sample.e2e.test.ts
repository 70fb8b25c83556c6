import { createHash } from "node:crypto"
import { mkdtemp, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { text } from "node:stream/consumers"
import { zstdDecompressSync } from "node:zlib"
import { type Instantiate, loadComponent, type WorldImports } from "@alga-psa/ext-extension-sdk/instantiate"
import { extract } from "tar-stream"
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest"
import { buildSample } from "../src/BuildSample.ts"

const client = {
  clientId: "00000000-0000-4000-8000-000000000001",
  clientName: "Älpha 漢",
  clientType: "company",
  isInactive: false,
  defaultCurrencyCode: "EUR",
  accountManagerId: undefined,
  accountManagerName: undefined,
  billingEmail: undefined
}
const service = {
  serviceId: "00000000-0000-4000-8000-000000000002",
  serviceName: "Support",
  itemKind: "service",
  billingMethod: "hourly",
  serviceTypeId: undefined,
  serviceTypeName: undefined,
  defaultRate: 12_550,
  unitOfMeasure: "hour",
  isActive: true,
  sku: undefined
}
const page = (items: ReadonlyArray<unknown>) => ({ items, totalCount: items.length, page: 1, pageSize: 25 })
const fail = (payload: string) => () => {
  throw Object.assign(new Error(payload), { payload })
}
const imports: WorldImports = {
  clients: {
    listClients: () => page([client]),
    getClient: (id: string) => (id === client.clientId ? client : undefined)
  },
  services: { listServices: () => page([service]), getService: () => service }
}
const nulls = <A extends object>(record: A) =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, value ?? null]))

const send = (instantiate: Instantiate, url: string, given: WorldImports = imports) => {
  const context = { tenantId: "t", extensionId: "e", requestId: undefined, installId: undefined, versionId: undefined }
  const http = { method: "GET", url, headers: [], body: undefined }
  const { status, body } = instantiate({ logging: { logError: () => {} }, ...given }).handler({ context, http })
  return { status, body: JSON.parse(new TextDecoder().decode(body)) }
}

let folder = ""
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "alga-sample-"))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe.each(["quickjs", "starlingmonkey"] as const)("the sample on %s", (engine) => {
  let sample: Awaited<ReturnType<typeof buildSample>>
  let instantiate: Instantiate
  beforeAll(async () => {
    sample = await buildSample({ engine })
    instantiate = await loadComponent(sample.componentFile)
  })

  it("imports nothing that the product's world lacks", () => {
    expect([sample.interfaces, sample.notes]).toEqual([["clients", "logging", "services"], []])
  })

  it("answers every route", () => {
    expect(send(instantiate, "/api/clients")).toEqual({ status: 200, body: page([nulls(client)]) })
    expect(send(instantiate, `/api/clients/${client.clientId}`)).toEqual({ status: 200, body: nulls(client) })
    expect(send(instantiate, "/api/services")).toEqual({ status: 200, body: page([nulls(service)]) })
    expect(send(instantiate, `/api/services/${service.serviceId}`)).toEqual({ status: 200, body: nulls(service) })
    expect(send(instantiate, "/api/overview")).toEqual({
      status: 200,
      body: {
        clients: page([nulls(client)]),
        services: page([nulls(service)]),
        firstClient: nulls(client),
        firstService: nulls(service)
      }
    })
  })

  it("sends the query's filters to the host", () => {
    const asked: Array<unknown> = []
    const listServices = (input: unknown) => {
      asked.push(input)
      return page([])
    }
    const query = "search=%C3%A9+x&itemKind=product&isActive=false&billingMethod=usage&page=3&pageSize=50"
    send(instantiate, `/api/services?${query}`, { services: { listServices } })
    expect(asked).toEqual([
      { search: "é x", itemKind: "product", isActive: false, billingMethod: "usage", page: 3, pageSize: 50 }
    ])
  })

  it.each([
    ["not-allowed", 403],
    ["invalid-input", 400],
    ["internal", 500]
  ])("answers %s of the host with %i", (code, status) => {
    const denied = { clients: { listClients: fail(code), getClient: fail(code) } }
    for (const url of ["/api/clients", "/api/clients/x"]) {
      expect(send(instantiate, url, denied)).toEqual({ status, body: { error: code } })
    }
  })

  it("answers 404 for a missing record", () => {
    expect(send(instantiate, "/api/clients/other")).toEqual({ status: 404, body: { error: "not-found" } })
  })

  it("is packed as a bundle that carries the manifest, the component and its description", async () => {
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
})

describe("the build", () => {
  it("finds what is built already, and gives several builders at once the same bytes", async () => {
    vi.stubEnv("ALGA_KEPT_COMPONENTS", undefined)
    const built = await Promise.all([buildSample({ outDir: folder }), buildSample({ outDir: folder })])
    const again = await buildSample({ outDir: folder })
    expect(again.reused).toBe(true)
    expect(new Set([...built, again].map((sample) => sample.contentHash)).size).toBe(1)
    expect(new Set([...built, again].map((sample) => sample.bundleFile)).size).toBe(1)
  })
})
