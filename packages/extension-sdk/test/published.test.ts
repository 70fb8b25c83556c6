import * as published from "@alga-psa/extension-runtime"
import { describe, expect, it } from "vitest"
import * as sdk from "../src/index.ts"
import { handle, publishedAnswer } from "./fixtures/published.ts"

const text = (bytes: Uint8Array | null | undefined) => new TextDecoder().decode(bytes ?? new Uint8Array())

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
      expect([status, headers, JSON.parse(text(body))]).toEqual([201, [{ name: "x-a", value: "b" }], publishedAnswer])
      expect((await send(host, "DELETE")).status).toBe(204)
    }
  })
})
