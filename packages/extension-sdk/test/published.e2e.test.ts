import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import * as published from "@alga-psa/extension-runtime"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { buildComponent } from "../src/BuildComponent.ts"
import { loadComponent } from "../src/InstantiateComponent.ts"
import * as sdk from "../src/index.ts"
import { handle } from "./fixtures/published.ts"

const text = (bytes: Uint8Array | null | undefined) => new TextDecoder().decode(bytes ?? new Uint8Array())
const answer = {
  tenantId: "tenant",
  userName: "Ada",
  stored: 2,
  secret: "s3cret",
  proxied: { ok: true }
}

let folder = ""
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "alga-published-"))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe("a handler written against the published runtime", () => {
  it("finds every value of it here", () => {
    expect(Object.keys(sdk)).toEqual(expect.arrayContaining(Object.keys(published)))
  })

  it("answers with our mock bindings as it did with the published ones", async () => {
    const user = {
      tenantId: "tenant",
      clientName: "c",
      userId: "u",
      userEmail: "e",
      userName: "Ada",
      userType: "internal"
    }
    const overrides = {
      context: { get: async () => ({ tenantId: "tenant", extensionId: "e" }) },
      user: { getUser: async () => ({ ...user, clientId: null, additionalFields: {} }) },
      storage: { get: async () => new Uint8Array(2) },
      secrets: { get: async () => "s3cret" },
      uiProxy: { callRoute: async () => new TextEncoder().encode('{"ok":true}') },
      logging: { info: async () => {} }
    }
    const context = { tenantId: "tenant", extensionId: "e" }
    const send = (host: published.HostBindings, method: string) =>
      handle({ context, http: { method, url: "/", headers: [] } }, host)
    for (const host of [
      sdk.createMockHostBindings(overrides),
      published.createMockHostBindings(overrides as unknown as Partial<published.HostBindings>)
    ]) {
      const { body, headers, status } = await send(host, "POST")
      expect([status, headers, JSON.parse(text(body))]).toEqual([201, [{ name: "x-a", value: "b" }], answer])
      expect((await send(host, "DELETE")).status).toBe(204)
    }
  })

  it("answers the same as a component, unchanged", async () => {
    const { file } = await buildComponent({
      entry: new URL("fixtures/publishedComponent.ts", import.meta.url),
      outFile: join(folder, "published.wasm"),
      witDir: fileURLToPath(new URL("../../adapters-wit/wit/", import.meta.url))
    })
    const instantiate = await loadComponent(file)
    const context = {
      tenantId: "tenant",
      extensionId: "e",
      requestId: undefined,
      installId: undefined,
      versionId: undefined
    }
    const { body, headers, status } = instantiate({
      context: { getContext: () => context },
      logging: { logInfo: () => {} },
      "user-v2": {
        getUser: () => ({
          tenantId: "tenant",
          clientName: "c",
          userId: "u",
          userEmail: "e",
          userName: "Ada",
          userType: "internal",
          clientId: undefined,
          additionalFields: []
        })
      },
      storage: { get: () => ({ namespace: "space", key: "key", value: new Uint8Array(2), revision: 1n }) },
      secrets: { get: () => "s3cret" },
      "ui-proxy": { callRoute: () => new TextEncoder().encode('{"ok":true}') }
    }).handler({ context, http: { method: "POST", url: "/", headers: [], body: undefined } })
    expect([status, headers, JSON.parse(text(body))]).toEqual([201, [{ name: "x-a", value: "b" }], answer])
  })
})
