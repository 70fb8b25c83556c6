import { callsPage } from "@alga-psa/ext-development-host/testing/CallsPage"
import { type DevFixture, devFixture } from "./DevFixture.ts"

const manifest = {
  name: "com.example.everything",
  publisher: "Example",
  version: "0.1.0",
  runtime: "wasm-js@1",
  capabilities: [
    "cap:secrets.get",
    "cap:http.fetch",
    "cap:storage.kv",
    "cap:ui.proxy",
    "cap:scheduler.manage",
    "cap:invoice.manual.create"
  ],
  ui: { type: "iframe", entry: "ui/index.html" },
  api: {
    endpoints: [
      { method: "POST", path: "/api/calls", handler: "dist/main" },
      { method: "GET", path: "/api/nightly", handler: "dist/main" }
    ]
  }
}

/** A handler that calls what it is told to, one call after the other, and gives what came of each. */
const handler = `import { defineHandler, type HostBindings, host, jsonResponse, readJson } from "@alga-psa/ext-extension-sdk"

const text = (value: unknown) => (value instanceof Uint8Array ? new TextDecoder().decode(value) : value)

const calls: Record<string, (...args: ReadonlyArray<never>) => unknown> = {
  "secrets.get": (key) => host.secrets.get(key),
  "secrets.list": () => host.secrets.list(),
  fetch: async (url, init) => {
    const response = await fetch(url, init)
    return [response.status, await response.text()]
  },
  "storage.getJson": (space, key) => host.storage.getJson(space, key),
  "storage.putJson": (space, key, value, options) => host.storage.putJson(space, key, value, options),
  "storage.delete": async (space, key) => (await host.storage.delete(space, key)) ?? null,
  "storage.all": async (space) => {
    const found: Array<unknown> = []
    for await (const { key, value } of host.storage.all(space)) found.push([key, text(value)])
    return found
  },
  "uiProxy.callRoute": async (route, payload) =>
    text(await host.uiProxy.callRoute(route, payload === undefined ? null : new TextEncoder().encode(payload))),
  "scheduler.create": (input) => host.scheduler.create(input),
  "scheduler.update": (id, input) => host.scheduler.update(id, input),
  "scheduler.delete": (id) => host.scheduler.delete(id),
  "scheduler.get": (id) => host.scheduler.get(id),
  "scheduler.list": () => host.scheduler.list(),
  "scheduler.getEndpoints": () => host.scheduler.getEndpoints(),
  "invoicing.createManualInvoice": (input) => host.invoicing.createManualInvoice(input),
  "user.getUser": () => host.user.getUser()
}

export const handle = defineHandler(async (request, _host: HostBindings) => {
  if (request.http.url === "/api/nightly") {
    const before = await host.storage.getJson("runs", "count")
    await host.storage.putJson("runs", "count", Number(before?.value ?? 0) + 1)
    return jsonResponse(null)
  }
  const results: Array<unknown> = []
  for (const [name, ...args] of readJson(request) as ReadonlyArray<[string, ...Array<never>]>) {
    try {
      results.push((await calls[name]?.(...args)) ?? null)
    } catch (error) {
      const { cause, code } = error as Error & { cause?: { code?: string }; code?: string }
      results.push({ failed: code ?? cause?.code ?? String(error) })
    }
  }
  return jsonResponse(results)
})
`

/** An extension that uses every part of the host beside the reads. */
export const worldFixture = async (): Promise<DevFixture> => {
  const fixture = await devFixture()
  await fixture.write("manifest.json", JSON.stringify(manifest))
  await fixture.write("src/handler.ts", handler)
  for (const [name, text] of Object.entries(callsPage)) await fixture.write(name, text)
  return fixture
}
