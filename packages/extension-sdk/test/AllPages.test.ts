import { describe, expect, it } from "vitest"
import { allPages } from "../src/AllPages.ts"
import { mockClients } from "../src/Clients.ts"
import { ListIncomplete } from "../src/ListIncomplete.ts"
import { mockServices } from "../src/Services.ts"

const uuid = (at: number) => `00000000-0000-4000-8000-${String(at).padStart(12, "0")}`
const rows = (count: number) => Array.from({ length: count }, (_, at) => uuid(at))

/** A list over rows that a test may change between two calls. */
const changing = (start: ReadonlyArray<string>, change: (call: number, rows: Array<string>) => void = () => {}) => {
  const data = [...start]
  const asked: Array<number> = []
  const list = async ({ page, pageSize }: { readonly page: number; readonly pageSize: number }) => {
    change(asked.push(page), data)
    return { items: data.slice((page - 1) * pageSize, page * pageSize), totalCount: data.length, page, pageSize }
  }
  return { asked, all: (maxCalls?: number) => allPages("rows.all", list, (row) => row, { maxCalls }) }
}

describe("allPages", () => {
  it.each([
    [0, 1],
    [1, 1],
    [100, 1],
    [101, 2],
    [250, 3]
  ])("gives all of %i records with %i calls", async (count, calls) => {
    const { all, asked } = changing(rows(count))
    expect(await Array.fromAsync(all())).toEqual(rows(count))
    expect(asked).toEqual(Array.from({ length: calls }, (_, at) => at + 1))
  })

  it("asks for no page that is not needed", async () => {
    const { all, asked } = changing(rows(300))
    for await (const row of all()) if (row === uuid(99)) break
    expect(asked).toEqual([1])
  })

  it("gives no record twice where others come in front of it", async () => {
    const { all } = changing(rows(150), (call, data) => {
      if (call === 2) data.unshift("new")
    })
    expect(await Array.fromAsync(all())).toEqual(rows(150))
  })

  it("looks back for what moved up where others went", async () => {
    const { all, asked } = changing(rows(350), (call, data) => {
      if (call === 3) data.splice(0, 150)
    })
    const given = await Array.fromAsync(all())
    expect([...given].sort()).toEqual(rows(350))
    expect(new Set(given).size).toBe(350)
    expect(asked.slice(0, 3)).toEqual([1, 2, 3])
    expect(asked.length).toBeLessThan(7)
  })

  it("ends with what matches where maxCalls is just enough, and says how much is missing where it is not", async () => {
    expect(await Array.fromAsync(changing(rows(200)).all(2))).toHaveLength(200)
    const given: Array<string> = []
    const error = await (async () => {
      for await (const row of changing(rows(201)).all(2)) given.push(row)
    })().catch((thrown: unknown) => thrown)
    expect(given).toHaveLength(200)
    expect(error).toBeInstanceOf(ListIncomplete)
    expect(error).toMatchObject({ operation: "rows.all", given: 200, totalCount: 201 })
  })

  it("fails with what a page fails with", async () => {
    const denied = mockClients([], { fail: "not-allowed" })
    await expect(Array.fromAsync(denied.all())).rejects.toMatchObject({ code: "not-allowed" })
    await expect(Array.fromAsync(mockClients().all({ search: "a\0" }))).rejects.toMatchObject({ code: "invalid-input" })
  })
})

describe("all of a mock", () => {
  it("takes the filters of its list", async () => {
    const clients = mockClients(
      rows(150).map((clientId, at) => ({ clientId, clientName: `${at % 2 ? "odd" : "even"}`, isInactive: at === 0 }))
    )
    expect(await Array.fromAsync(clients.all({ search: "EVEN" }))).toHaveLength(74)
    expect(await Array.fromAsync(clients.all({ search: "even", includeInactive: true }))).toHaveLength(75)
    const services = mockServices(
      rows(120).map((serviceId, at) => ({ serviceId, serviceName: "s", isActive: at < 110 }))
    )
    expect(await Array.fromAsync(services.all({ isActive: true }))).toHaveLength(110)
  })
})
