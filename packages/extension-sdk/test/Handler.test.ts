import type { Handler as PublishedHandler, HostBindings as PublishedHostBindings } from "@alga-psa/extension-runtime"
import { describe, expect, it } from "vitest"
import { createMockHostBindings, defineHandler, type Handler, jsonResponse } from "../src/index.ts"

const request = { context: { tenantId: "t", extensionId: "e" }, http: { method: "GET", url: "/", headers: [] } }
const published: PublishedHandler = async (given, host) =>
  jsonResponse([given.http.url, (await host.user.getUser()).userId])

describe("a handler", () => {
  it("is called as a plain function", async () => {
    const handle = defineHandler(async (_, host) => jsonResponse((await host.clients.list()).totalCount))
    expect(await handle(request, createMockHostBindings())).toMatchObject({ status: 200 })
  })

  it("may be written against the published bindings", async () => {
    const handle: Handler = defineHandler(published)
    expect(await handle(request, createMockHostBindings())).toMatchObject({ status: 200 })
  })

  it("may be tested with what a test of the published bindings overrides", async () => {
    const overrides: Partial<PublishedHostBindings> = { context: { get: async () => request.context } }
    expect(await createMockHostBindings({ context: overrides.context ?? {} }).context.get()).toBe(request.context)
  })
})
