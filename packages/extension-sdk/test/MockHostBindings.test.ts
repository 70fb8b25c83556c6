import { describe, expect, it } from "vitest"
import { mockClients } from "../src/Clients.ts"
import { createMockHostBindings } from "../src/MockHostBindings.ts"
import { mockServices } from "../src/Services.ts"

const id = (last: number) => `00000000-0000-4000-8000-00000000000${last}`
const clients = mockClients([
  { clientId: id(3), clientName: "beta", billingEmail: "Pay@Beta.example" },
  { clientId: id(1), clientName: "Alpha 100%" },
  { clientId: id(2), clientName: "alpha 100%", clientType: "company" },
  { clientId: id(4), clientName: "Gone", isInactive: true }
])
const services = mockServices([
  { serviceId: id(1), serviceName: "Support", billingMethod: "hourly", description: "By phone" },
  { serviceId: id(2), serviceName: "Laptop", itemKind: "product", sku: "LT-1" },
  { serviceId: id(3), serviceName: "Old", isActive: false }
])
const names = (page: { items: ReadonlyArray<{ clientName: string }> }) => page.items.map((item) => item.clientName)

describe("mockClients", () => {
  it("lists active clients by name without regard to case, then by id", async () => {
    expect(names(await clients.list())).toEqual(["Alpha 100%", "alpha 100%", "beta"])
  })

  it("includes inactive ones when asked", async () => {
    expect((await clients.list({ includeInactive: true })).totalCount).toBe(4)
  })

  it.each([
    ["BETA", 1],
    ["pay@", 1],
    ["%", 2],
    ["_", 0],
    [id(2), 1],
    [id(2).slice(0, -1), 0],
    ["   ", 3]
  ])("searches %s", async (search, count) => {
    expect((await clients.list({ search })).totalCount).toBe(count)
  })

  it("pages without loss, and gives an empty page past the last", async () => {
    const pages = await Promise.all([1, 2, 3].map((page) => clients.list({ page, pageSize: 2 })))
    expect(pages.flatMap(names)).toEqual(["Alpha 100%", "alpha 100%", "beta"])
    expect(pages[2]).toEqual({ items: [], totalCount: 3, page: 3, pageSize: 2 })
  })

  it("gets one, inactive or not, by an id in any case", async () => {
    expect(await clients.get(id(4))).toMatchObject({ clientName: "Gone", isInactive: true })
    expect(await clients.get(id(2).toUpperCase())).toMatchObject({ clientType: "company", billingEmail: null })
  })

  it("gives null for an id that is not there", async () => {
    expect(await clients.get(id(9))).toBeNull()
  })

  it.each([
    { page: 0 },
    { page: 10_001 },
    { page: 1.5 },
    { pageSize: 0 },
    { pageSize: 101 },
    { search: "x".repeat(201) },
    { search: "a\0" },
    { includeInactive: "maybe" as never }
  ])("refuses %j", async (input) => {
    await expect(clients.list(input)).rejects.toMatchObject({ code: "invalid-input", operation: "clients.list" })
  })

  it.each([{ page: 10_000 }, { pageSize: 100 }, { search: ` ${"x".repeat(200)} ` }, { search: null, page: null }])(
    "accepts %j",
    async (input) => {
      await expect(clients.list(input)).resolves.toHaveProperty("totalCount")
    }
  )

  it("refuses an id that is no UUID", async () => {
    await expect(clients.get("1")).rejects.toMatchObject({ code: "invalid-input" })
  })

  it("fails as told before it looks at the input", async () => {
    const denied = mockClients([], { fail: "not-allowed" })
    await expect(denied.list({ page: 0 })).rejects.toMatchObject({ code: "not-allowed" })
    await expect(denied.get("1")).rejects.toMatchObject({ code: "not-allowed" })
  })
})

describe("mockServices", () => {
  it.each([
    [{}, 3],
    [{ isActive: true }, 2],
    [{ isActive: false }, 1],
    [{ itemKind: "product" as const }, 1],
    [{ billingMethod: "hourly" as const }, 1],
    [{ search: "phone" }, 1],
    [{ search: "lt-1" }, 1],
    [{ search: id(3) }, 1]
  ])("lists what matches %j", async (input, count) => {
    expect((await services.list(input)).totalCount).toBe(count)
  })

  it.each([{ itemKind: "foo" as never }, { billingMethod: "foo" as never }, { isActive: 1 as never }])(
    "refuses %j",
    async (input) => {
      await expect(services.list(input)).rejects.toMatchObject({ code: "invalid-input", operation: "services.list" })
    }
  )

  it("gets one without its description, and null for none", async () => {
    expect(await services.get(id(1))).toMatchObject({ serviceName: "Support", defaultRate: 0, sku: null })
    expect(await services.get(id(1))).not.toHaveProperty("description")
    expect(await services.get(id(9))).toBeNull()
  })
})

describe("createMockHostBindings", () => {
  const host = createMockHostBindings()

  it("knows no clients and no services until it is given some", async () => {
    const empty = { items: [], totalCount: 0, page: 1, pageSize: 25 }
    expect(await host.clients.list()).toEqual(empty)
    expect(await host.services.list()).toEqual(empty)
    expect(await host.clients.get(id(1))).toBeNull()
    expect(await host.services.get(id(1))).toBeNull()
  })

  it.each<[string, () => Promise<unknown>, string]>([
    ["secrets", () => host.secrets.get("a"), "denied"],
    ["fetch", () => host.http.fetch({ method: "GET", url: "https://x.example", headers: [] }), "not-allowed"],
    ["storage", () => host.storage.get("a", "b"), "denied"],
    ["routes", () => host.uiProxy.callRoute("/a"), "denied"],
    ["schedules", () => host.scheduler.list(), "denied"]
  ])("denies %s", async (_, call, code) => {
    await expect(call()).rejects.toMatchObject({ name: "HostError", code })
  })

  it("refuses schedules and invoices in their result", async () => {
    expect(await host.scheduler.create({ endpoint: "/a", cron: "* * * * *" })).toMatchObject({ success: false })
    expect(await host.invoicing.createManualInvoice({ clientId: id(1), items: [] })).toMatchObject({
      success: false,
      error: expect.any(String)
    })
  })

  it("grants context, user and log", async () => {
    expect(await host.context.get()).toHaveProperty("tenantId")
    expect(await host.user.getUser()).toMatchObject({ clientId: null, additionalFields: {} })
    await expect(host.logging.error("x")).resolves.toBeUndefined()
  })

  it("takes single functions and whole interfaces from the test", async () => {
    const own = createMockHostBindings({ clients, secrets: { get: async () => "s3cret" } })
    expect((await own.clients.list()).totalCount).toBe(3)
    expect(await own.secrets.get("a")).toBe("s3cret")
    expect(await own.secrets.list()).toEqual([])
  })

  it("answers both names of a route call with the one that is given", async () => {
    const own = createMockHostBindings({ uiProxy: { call: async () => new Uint8Array([1]) } })
    expect(await own.uiProxy.callRoute("/a")).toEqual(new Uint8Array([1]))
    expect(await own.uiProxy.call?.("/a")).toEqual(new Uint8Array([1]))
  })

  it("has no records that a host cannot have", () => {
    const client = { clientId: "c0000000-0001-4000-8000-000000000001", clientName: "Northwind" }
    expect(() => mockClients([client, { ...client, clientId: "1" }])).toThrow(
      /record 1: clientId "1" is not a UUID: write /
    )
    expect(() => mockClients([client, { ...client, clientId: client.clientId.toUpperCase() }])).toThrow(
      /is there twice: /
    )
  })
})
