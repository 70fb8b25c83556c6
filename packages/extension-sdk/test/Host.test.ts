import { afterEach, describe, expect, it } from "vitest"
import { mockClients } from "../src/Clients.ts"
import { connectHost, host } from "../src/Host.ts"
import { createMockHostBindings } from "../src/MockHostBindings.ts"

const clientId = "00000000-0000-4000-8000-000000000001"
let disconnect = () => {}
afterEach(() => disconnect())

describe("host", () => {
  it("says what to do where there is none", () => {
    expect(() => host.clients).toThrow(/host\.clients: there is no host here: .* connectHost\(createMockHostBindings/)
  })

  it("is what a test connects, part by part, until it is disconnected", async () => {
    const mock = createMockHostBindings({ clients: mockClients([{ clientId, clientName: "Northwind" }]) })
    disconnect = connectHost(mock)
    expect(await host.clients.get(clientId)).toMatchObject({ clientName: "Northwind" })
    for (const name of Object.keys(mock)) expect(host).toHaveProperty(name, mock[name as keyof typeof mock])
    disconnect()
    expect(() => host.user).toThrow()
  })

  it("brings back the one before", () => {
    const [first, second] = [createMockHostBindings(), createMockHostBindings()]
    disconnect = connectHost(first)
    connectHost(second)()
    expect(host.clients).toBe(first.clients)
  })
})
