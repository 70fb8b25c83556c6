import { join } from "node:path"
import { defaultLimits } from "@alga-psa/ext-adapters-wit"
import {
  createMockHostBindings,
  type Handler,
  HostError,
  type HostOverrides,
  mockClients,
  mockClientsV2,
  mockFetch,
  mockHttp,
  mockInvoicing,
  mockScheduler,
  mockSecrets,
  mockServices,
  mockStorage,
  mockUiProxy
} from "@alga-psa/ext-extension-sdk"
import { sandbox } from "@alga-psa/ext-extension-sdk/vitest"
import { afterAll, afterEach, describe, expect, it, vi } from "vitest"
import { openSandbox } from "../src/OpenSandbox.ts"
import { devFixture } from "./support/DevFixture.ts"

const handlerSource = `import { connectHost, defineHandler, type HostBindings, host, jsonResponse, readJson } from "@alga-psa/ext-extension-sdk"

const text = (value: Uint8Array) => new TextDecoder().decode(value)
const clock: unknown = Reflect.get(globalThis, ["Buf", "fer"].join(""))

const every = async <A>(found: AsyncIterable<A>): Promise<ReadonlyArray<A>> => {
  const all: Array<A> = []
  for await (const one of found) all.push(one)
  return all
}

const calls: Record<string, (...args: ReadonlyArray<never>) => unknown> = {
  "clients.list": (input) => host.clients.list(input),
  "clients.get": (id) => host.clients.get(id),
  "clientsV2.all": (input) => every(host.clientsV2.all(input)),
  "clientsV2.getMany": (ids) => host.clientsV2.getMany(ids),
  "services.list": (input) => host.services.list(input),
  "secrets.get": (key) => host.secrets.get(key),
  "secrets.list": () => host.secrets.list(),
  fetch: async (url) => {
    const response = await fetch(url)
    return [response.status, response.headers.get("x-a"), await response.text()]
  },
  "storage.getJson": (space, key) => host.storage.getJson(space, key),
  "storage.putJson": (space, key, value, options) => host.storage.putJson(space, key, value, options),
  "storage.delete": async (space, key) => (await host.storage.delete(space, key)) ?? null,
  "storage.all": async (space) => (await every(host.storage.all(space))).map(({ key, value }) => [key, text(value)]),
  "uiProxy.callRoute": async (route) => text(await host.uiProxy.callRoute(route)),
  "scheduler.create": (input) => host.scheduler.create(input),
  "scheduler.update": (id, input) => host.scheduler.update(id, input),
  "scheduler.delete": (id) => host.scheduler.delete(id),
  "scheduler.get": async (id) => ({ ...(await host.scheduler.get(id)), createdAt: null }),
  "scheduler.list": async () => (await host.scheduler.list()).length,
  "scheduler.getEndpoints": () => host.scheduler.getEndpoints(),
  "invoicing.createManualInvoice": (input) => host.invoicing.createManualInvoice(input),
  "user.getUser": () => host.user.getUser(),
  granted: (name) => host.granted(name),
  "context.get": async () => (await host.context.get()).tenantId
}

export const handle = defineHandler(async (request, given: HostBindings) => {
  const { pathname } = { pathname: request.http.url }
  if (pathname === "/long") console.log("\u{1F600}x\u6f22".repeat(1_250_000))
  if (pathname === "/node" || pathname === "/long") return jsonResponse(typeof clock)
  const disconnect = connectHost(given)
  const results: Array<unknown> = []
  for (const [name, ...args] of readJson(request) as ReadonlyArray<[string, ...Array<never>]>) {
    try {
      results.push((await calls[name]?.(...args)) ?? null)
    } catch (error) {
      const { cause, code, message } = error as Error & { cause?: { code?: string }; code?: string }
      results.push({ failed: code ?? cause?.code ?? String(error), message })
    }
  }
  await host.logging.warn("done")
  disconnect()
  return jsonResponse(results, { headers: [{ name: "x-b", value: "1" }] })
})
`

const capabilities = [
  ...["cap:client.read", "cap:service.read", "cap:secrets.get", "cap:http.fetch", "cap:storage.kv"],
  ...["cap:ui.proxy", "cap:scheduler.manage", "cap:invoice.manual.create", "cap:user.read", "cap:context.read"],
  "cap:log.emit"
]
const endpoints = [{ method: "GET", path: "/api/nightly", handler: "dist/main" }]

const extension = await devFixture()
await extension.write(
  "manifest.json",
  JSON.stringify({ ...JSON.parse(await extension.read("manifest.json")), capabilities, api: { endpoints } })
)
await extension.write("src/handler.ts", handlerSource)
const inNode: Handler = (await import(join(extension.folder, "src/handler.ts"))).handle
const inSandbox = await sandbox({ folder: extension.folder })
const component = await openSandbox({ folder: extension.folder, timeoutMs: 15_000 })
afterAll(async () => {
  await component.close()
  await extension.remove()
})
afterEach(() => {
  vi.unstubAllGlobals()
})

const id = (last: number) => `c0000000-0001-4000-8000-00000000000${last}`
const url = "https://service.example/a"

/** The same mocks anew. */
const mocks = (overrides: HostOverrides = {}) => {
  const http = mockHttp([{ url, answer: { headers: [{ name: "x-a", value: "1" }], body: "outside" } }])
  vi.stubGlobal("fetch", mockFetch(http))
  return createMockHostBindings({
    clients: mockClients([{ clientId: id(1), clientName: "Northwind" }]),
    clientsV2: mockClientsV2([1, 2, 3].map((at) => ({ clientId: id(at), clientName: `Client ${at}`, tags: ["vip"] }))),
    services: mockServices([{ serviceId: id(1), serviceName: "Support", billingMethod: "hourly" }]),
    secrets: mockSecrets({ key: "s3cret" }),
    http,
    storage: mockStorage({}),
    uiProxy: mockUiProxy([{ route: "/api/a", answer: { json: [1] } }]),
    scheduler: mockScheduler([{ path: "/api/nightly" }]),
    invoicing: mockInvoicing({ clients: [id(1)], services: [id(1)] }),
    ...overrides
  })
}

const ask = async (handle: Handler, calls: ReadonlyArray<ReadonlyArray<unknown>>, host = mocks(), route = "/") => {
  const context = { tenantId: "tenant", extensionId: "extension" }
  const body = new TextEncoder().encode(JSON.stringify(calls))
  const response = await handle({ context, http: { method: "POST", url: route, headers: [], body } }, host)
  return {
    status: response.status,
    headers: response.headers,
    body: JSON.parse(new TextDecoder().decode(response.body ?? undefined))
  }
}

const schedule = { endpoint: "/api/nightly", cron: "0 2 * * *", name: "Nightly", payload: { a: 1 } }
const made = "00000000-0000-4000-8000-000000000001"
const item = { serviceId: id(1), quantity: 2, description: "Work", rate: 5_000 }

const everything: ReadonlyArray<ReadonlyArray<unknown>> = [
  ["clients.list", { search: "north" }],
  ["clients.list", { pageSize: 500 }],
  ["clients.get", id(1)],
  ["clients.get", id(9)],
  ["clientsV2.all", { tags: ["vip"] }],
  ["clientsV2.getMany", [id(2), id(9)]],
  ["services.list", { billingMethod: "hourly" }],
  ["secrets.get", "key"],
  ["secrets.get", "other"],
  ["secrets.list"],
  ["fetch", url],
  ["fetch", "https://elsewhere.example/"],
  ["storage.putJson", "space", "b", { text: "é" }],
  ["storage.putJson", "space", "b", 2, { ifRevision: 7 }],
  ["storage.getJson", "space", "b"],
  ["storage.getJson", "space", "none"],
  ["storage.all", "space"],
  ["storage.delete", "space", "b"],
  ["storage.delete", "space", "b"],
  ["uiProxy.callRoute", "/api/a"],
  ["uiProxy.callRoute", "/api/none"],
  ["scheduler.create", schedule],
  ["scheduler.create", { ...schedule, cron: "wrong" }],
  ["scheduler.get", made],
  ["scheduler.update", made, { enabled: false, name: null }],
  ["scheduler.list"],
  ["scheduler.getEndpoints"],
  ["scheduler.delete", made],
  ["invoicing.createManualInvoice", { clientId: id(1), items: [item] }],
  ["invoicing.createManualInvoice", { clientId: id(2), items: [item] }],
  ["user.getUser"],
  ["context.get"]
]

describe("tests in the sandbox", () => {
  it("get from the component what the handler gives in Node, of every part of the host, over the same mocks", async () => {
    const lines: Array<string> = []
    const logging = { warn: async (line: string) => void lines.push(line) }
    const expected = await ask(inNode, everything, mocks({ logging }))
    expect(await ask(inSandbox, everything, mocks({ logging }))).toEqual(expected)
    expect(lines).toEqual(["done", "done"])
    expect(expected.body[1].message).toBe("clients.list: invalid-input (pageSize must be 1 to 100)")
  })

  it("are told what the mocks say is granted, as far as the manifest declares it, and nothing where they do not say", async () => {
    const names = ["cap:client.read", "cap:storage.kv", "cap:log.emit"]
    const asked = names.map((name) => ["granted", name])
    for (const handle of [inNode, inSandbox]) {
      expect((await ask(handle, asked, mocks({ granted: ["cap:client.read"] }))).body).toEqual([true, false, true])
      expect((await ask(handle, asked)).body).toEqual(["unknown", "unknown", true])
    }
    const body = new TextEncoder().encode(JSON.stringify(asked))
    const request = {
      context: { tenantId: "tenant", extensionId: "extension" },
      http: { method: "POST", url: "/", headers: [{ name: "X-Alga-Capabilities", value: "" }], body }
    }
    const told = await component.run(request, async () => ({ ok: null }))
    expect(JSON.parse(new TextDecoder().decode(told.body ?? undefined))).toEqual([true, true, true])
  })

  it("find what Node has and a component has not", async () => {
    expect((await ask(inNode, [], mocks(), "/node")).body).toBe("function")
    expect((await ask(inSandbox, [], mocks(), "/node")).body).toBe("undefined")
  })

  it.each([
    ["a request that has as many headers as it may", "/node", defaultLimits.headers],
    ["a log line that is longer than a host call may be", "/long", 0]
  ])("get an answer in spite of %s", async (_, url, length) => {
    const context = { tenantId: "tenant", extensionId: "extension" }
    const headers = Array.from({ length }, (_, at) => ({ name: `x-${at}`, value: "1" }))
    expect((await inSandbox({ context, http: { method: "GET", url, headers } }, mocks())).status).toBe(200)
  })

  it("fail with what a mock throws, and see the code of a host's error", async () => {
    const broken = (error: Error) => mocks({ secrets: { get: () => Promise.reject(error) } })
    await expect(ask(inSandbox, [["secrets.get", "key"]], broken(new RangeError("of the test")))).rejects.toThrow(
      "of the test"
    )
    const answered = await ask(inSandbox, [["secrets.get", "key"]], broken(new HostError("secrets.get", "expired")))
    expect(answered.body[0].failed).toBe("expired")
  })

  it("end at the time that they give, and go on after that", async () => {
    const context = { tenantId: "tenant", extensionId: "extension" }
    const body = new TextEncoder().encode(JSON.stringify([["secrets.get", "key"]]))
    const waiting = { context, http: { method: "POST", url: "/", headers: [], body } }
    const never = Promise.withResolvers<never>().promise
    await expect(component.run(waiting, () => never)).rejects.toThrow(/timeout: the extension did not answer/)
    const { status } = await component.run({ ...waiting, http: { ...waiting.http, url: "/node" } }, async () => ({
      ok: null
    }))
    expect(status).toBe(200)
  })

  it("say what is wrong with an extension that cannot be built", async () => {
    const wrong = await devFixture()
    await wrong.write("manifest.json", "{}")
    await expect(openSandbox({ folder: wrong.folder })).rejects.toThrow(/manifest\.json name: is missing/)
    await wrong.remove()
  })
})
