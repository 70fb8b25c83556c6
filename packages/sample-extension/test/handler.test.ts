import { createMockHostBindings, type HostOverrides, mockClients, mockServices } from "@alga-psa/ext-extension-sdk"
import { describe, expect, it } from "vitest"
import { handle } from "../src/handler.ts"

const id = (last: number) => `00000000-0000-4000-8000-00000000000${last}`
const clients = mockClients([
  { clientId: id(1), clientName: "Alpha" },
  { clientId: id(2), clientName: "Beta" },
  { clientId: id(3), clientName: "Gone", isInactive: true }
])
const services = mockServices([
  { serviceId: id(4), serviceName: "Laptop", itemKind: "product" },
  { serviceId: id(5), serviceName: "Support", billingMethod: "hourly" },
  { serviceId: id(6), serviceName: "Old", isActive: false }
])

const send = async (url: string, host: HostOverrides = { clients, services }, method = "GET") => {
  const context = { tenantId: "t", extensionId: "e" }
  const response = await handle({ context, http: { method, url, headers: [] } }, createMockHostBindings(host))
  return {
    status: response.status,
    headers: response.headers,
    body: JSON.parse(new TextDecoder().decode(response.body ?? undefined))
  }
}

describe("lists", () => {
  it.each([
    ["/api/clients", ["Alpha", "Beta"]],
    ["/api/clients/", ["Alpha", "Beta"]],
    ["/api/clients?search=ALP", ["Alpha"]],
    ["/api/clients?includeInactive=true", ["Alpha", "Beta", "Gone"]],
    ["/api/clients?includeInactive=false", ["Alpha", "Beta"]],
    ["/api/clients?page=2&pageSize=1", ["Beta"]],
    ["/api/clients?page=9", []],
    ["/api/clients?search=&page=", ["Alpha", "Beta"]],
    ["/api/clients?unknown=1", ["Alpha", "Beta"]]
  ])("answers %s with the clients that match", async (url, names) => {
    const { status, headers, body } = await send(url)
    expect(status).toBe(200)
    expect(headers).toEqual([{ name: "content-type", value: "application/json" }])
    expect(body.items.map((client: { clientName: string }) => client.clientName)).toEqual(names)
  })

  it.each([
    ["/api/services", ["Laptop", "Old", "Support"]],
    ["/api/services?search=sup", ["Support"]],
    ["/api/services?itemKind=product", ["Laptop"]],
    ["/api/services?isActive=false", ["Old"]],
    ["/api/services?billingMethod=hourly", ["Support"]],
    ["/api/services?page=2&pageSize=2", ["Support"]]
  ])("answers %s with the services that match", async (url, names) => {
    const { status, body } = await send(url)
    expect(status).toBe(200)
    expect(body.items.map((service: { serviceName: string }) => service.serviceName)).toEqual(names)
  })

  it("answers a page with its number, its size and the count of all", async () => {
    const { body } = await send("/api/clients?page=2&pageSize=1")
    expect(body).toMatchObject({ totalCount: 2, page: 2, pageSize: 1 })
  })
})

describe("single records", () => {
  it.each([
    [`/api/clients/${id(1)}`, { clientName: "Alpha" }],
    [`/api/clients/${id(3)}`, { clientName: "Gone", isInactive: true }],
    [`/api/clients/${id(1).replaceAll("-", "%2D")}`, { clientName: "Alpha" }],
    [`/api/services/${id(5)}`, { serviceName: "Support", billingMethod: "hourly" }]
  ])("answers %s with the record", async (url, record) => {
    expect(await send(url)).toMatchObject({ status: 200, body: record })
  })

  it.each(["clients", "services"])("answers 404 where there is no such record of %s", async (name) => {
    expect(await send(`/api/${name}/${id(9)}`)).toMatchObject({ status: 404, body: { error: "not-found" } })
  })
})

describe("the overview", () => {
  it("makes all four calls", async () => {
    expect(await send("/api/overview")).toMatchObject({
      status: 200,
      body: {
        clients: { totalCount: 2 },
        services: { totalCount: 3 },
        firstClient: { clientName: "Alpha" },
        firstService: { serviceName: "Laptop" }
      }
    })
  })

  it("has null for the first of nothing", async () => {
    const { body } = await send("/api/overview", {})
    expect(body).toMatchObject({ clients: { items: [] }, firstClient: null, firstService: null })
  })

  it("does without services where they are not granted, and does not ask for them", async () => {
    const calls: Array<string> = []
    const asked = { list: () => Promise.reject(calls.push("services")) }
    const host = { clients, services: asked, granted: ["cap:client.read"] as const }
    expect(await send("/api/overview", host)).toMatchObject({
      status: 200,
      body: { clients: { totalCount: 2 }, services: null, firstClient: { clientName: "Alpha" }, firstService: null }
    })
    expect(calls).toEqual([])
  })

  it.each([undefined, ["cap:client.read", "cap:service.read"] as const])(
    "still answers a refusal where services are granted, or nobody says so: %j",
    async (granted) => {
      const host = { clients, services: mockServices([], { fail: "not-allowed" }), ...(granted ? { granted } : {}) }
      expect(await send("/api/overview", host)).toMatchObject({ status: 403, body: { error: "not-allowed" } })
    }
  )

  it("fails as a whole where one call is denied", async () => {
    const host = { clients, services: mockServices([], { fail: "not-allowed" }) }
    expect(await send("/api/overview", host)).toMatchObject({ status: 403, body: { error: "not-allowed" } })
  })
})

describe("failures", () => {
  const failing = (fail: "not-allowed" | "invalid-input" | "internal") => ({
    clients: mockClients([], { fail }),
    services: mockServices([], { fail })
  })
  const urls = ["/api/clients", `/api/clients/${id(1)}`, "/api/services", `/api/services/${id(4)}`, "/api/overview"]

  it.each(
    urls.flatMap((url) => [
      [url, "not-allowed", 403] as const,
      [url, "invalid-input", 400] as const,
      [url, "internal", 500] as const
    ])
  )("answers %s, where the host says %s, with %i", async (url, code, status) => {
    expect(await send(url, failing(code))).toMatchObject({ status, body: { error: code } })
  })

  it.each([
    "/api/clients?page=abc",
    "/api/clients?page=0",
    "/api/clients?page=1.5",
    "/api/clients?page=10001",
    "/api/clients?pageSize=101",
    "/api/clients?includeInactive=maybe",
    `/api/clients?search=${"x".repeat(201)}`,
    "/api/clients?search=%00",
    "/api/clients/not-a-uuid",
    "/api/clients/%zz",
    "/api/clients/..%2F..",
    "/api/services?itemKind=foo",
    "/api/services?isActive=1",
    "/api/services?billingMethod=foo",
    "/api/services?pageSize=-1",
    "/api/services/not-a-uuid"
  ])("answers %s with 400", async (url) => {
    expect(await send(url)).toMatchObject({ status: 400, body: { error: "invalid-input" } })
  })

  it.each(["/", "/api", "/api/other", "/clients", `/api/clients/${id(1)}/more`, "/api/overview/more", "/API/clients"])(
    "answers %s, which is no route, with 404",
    async (url) => {
      expect(await send(url)).toMatchObject({ status: 404, body: { error: "not-found" } })
    }
  )

  it.each(["POST", "PUT", "DELETE"])("answers %s with 405 and says what is allowed", async (method) => {
    const response = await send("/api/clients", { clients }, method)
    expect(response).toMatchObject({ status: 405, body: { error: "method-not-allowed" } })
    expect(response.headers).toContainEqual({ name: "allow", value: "GET" })
  })

  it("leaves a fault of its own to the shell", async () => {
    const broken = { clients: { list: () => Promise.reject(new Error("bug")) } }
    await expect(send("/api/clients", broken)).rejects.toThrow("bug")
  })
})
