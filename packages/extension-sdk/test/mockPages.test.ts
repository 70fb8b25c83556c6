import { describe, expect, it } from "vitest"
import { mockClientsV2 } from "../src/ClientsV2.ts"
import { isReadError } from "../src/HostError.ts"
import { createMockHostBindings } from "../src/MockHostBindings.ts"
import { mockServicesV2 } from "../src/ServicesV2.ts"

const id = (digit: number) => `c0000000-0000-4000-8000-00000000000${digit}`
const clients = mockClientsV2([
  { clientId: id(1), clientName: "beta", tags: ["VIP", "east"] },
  { clientId: id(2), clientName: "Alpha", tags: ["vip"] },
  { clientId: id(3), clientName: "alpha" },
  { clientId: id(4), clientName: "Gone", isInactive: true }
])
const namesOf = (page: { readonly items: ReadonlyArray<{ readonly clientName: string }> }) =>
  page.items.map(({ clientName }) => clientName)

describe("mockClientsV2", () => {
  it("turns pages by cursor in the order of names, then ids, and counts only where it is asked to", async () => {
    const first = await clients.list({ pageSize: 2, withTotal: true })
    expect([namesOf(first), first.totalCount]).toEqual([["Alpha", "alpha"], 3])
    const second = await clients.list({ pageSize: 2, after: first.next })
    expect([namesOf(second), second.totalCount, second.next]).toEqual([["beta"], null, null])
    expect(namesOf(await clients.list({ pageSize: 3 }))).toHaveLength(3)
    expect((await clients.list({ pageSize: 3 })).next).toBeNull()
  })

  it("gives all that match, and every tag that is asked for must be there", async () => {
    const found: Array<string> = []
    for await (const { clientName } of clients.all({ includeInactive: true })) found.push(clientName)
    expect(found).toEqual(["Alpha", "alpha", "beta", "Gone"])
    expect(namesOf(await clients.list({ tags: ["Vip"] }))).toEqual(["Alpha", "beta"])
    expect(namesOf(await clients.list({ tags: ["vip", "EAST"] }))).toEqual(["beta"])
  })

  it("gets many in the order asked, one twice where it is asked twice, and null for none", async () => {
    const found = await clients.getMany([id(4), id(9), id(1).toUpperCase(), id(4)])
    expect(found.map((one) => one?.clientName ?? null)).toEqual(["Gone", null, "beta", "Gone"])
    expect(found[2]?.tags).toEqual(["VIP", "east"])
  })

  it.each([
    { after: "1" },
    { after: `1.${id(1)}.%` },
    { after: 1 as never },
    { pageSize: 0 },
    { pageSize: 101 },
    { tags: [] },
    { tags: [""] },
    { tags: ["x".repeat(101)] },
    { tags: Array.from({ length: 21 }, () => "a") },
    { withTotal: 1 as never },
    { search: "x".repeat(201) }
  ])("refuses %j", async (input) => {
    await expect(clients.list(input)).rejects.toMatchObject({ code: "invalid-input", operation: "clientsV2.list" })
  })

  it.each([[[]], [["1"]], [Array.from({ length: 101 }, () => id(1))], [5 as never]])(
    "refuses %j as ids",
    async (ids) => {
      await expect(clients.getMany(ids)).rejects.toMatchObject({
        code: "invalid-input",
        operation: "clientsV2.getMany"
      })
    }
  )

  it("answers a portal user with their own client, without its tags", async () => {
    const portal = mockClientsV2(
      [
        { clientId: id(1), clientName: "Mine", tags: ["vip"] },
        { clientId: id(2), clientName: "Other" }
      ],
      { portalClient: id(1) }
    )
    expect(await portal.list({ withTotal: true })).toMatchObject({
      items: [{ clientName: "Mine", tags: [] }],
      totalCount: 1
    })
    expect(await portal.getMany([id(2), id(1)])).toMatchObject([null, { clientName: "Mine", tags: [] }])
    await expect(portal.list({ tags: ["vip"] })).rejects.toMatchObject({ code: "invalid-input" })
  })

  it("fails as told before it looks at the input, with an error that is one of a read", async () => {
    const denied = mockClientsV2([], { fail: "not-allowed" })
    const error = await denied.getMany([]).catch((failure: unknown) => failure)
    expect(isReadError(error) && error.code).toBe("not-allowed")
  })
})

describe("mockServicesV2", () => {
  it("has prices, none where none are given, and filters as the first edition does", async () => {
    const services = mockServicesV2([
      { serviceId: id(1), serviceName: "Phone", itemKind: "product", prices: [{ currencyCode: "EUR", rate: 5 }] },
      { serviceId: id(2), serviceName: "Support", description: "by phone" }
    ])
    expect((await services.getMany([id(1), id(2)])).map((one) => one?.prices)).toEqual([
      [{ currencyCode: "EUR", rate: 5 }],
      []
    ])
    expect((await services.list({ search: "phone" })).items).toHaveLength(2)
    expect((await services.list({ itemKind: "product" })).items).toMatchObject([{ serviceName: "Phone" }])
    expect((await services.list({ search: "phone" })).items[1]).not.toHaveProperty("description")
  })

  it("is empty in the bindings of a mock until it is given some", async () => {
    const host = createMockHostBindings()
    expect(await host.servicesV2.list()).toEqual({ items: [], totalCount: null, next: null })
    expect(await host.clientsV2.getMany([id(1)])).toEqual([null])
    const own = createMockHostBindings({ clientsV2: { list: clients.list } })
    const found: Array<string> = []
    for await (const { clientId } of own.clientsV2.all()) found.push(clientId)
    expect(found).toHaveLength(3)
  })
})
