import assert from "node:assert/strict"
import { test } from "node:test"
import { createMockHostBindings, mockClients } from "@alga-psa/ext-extension-sdk"
import { sandbox } from "@alga-psa/ext-extension-sdk/vitest"
import { handle } from "../src/handler.ts"

const clientId = "c0000000-0001-4000-8000-000000000001"
const clients = mockClients([{ clientId, clientName: "Northwind" }])

// The component that is built of the handler, in the sandbox that a host has: what it is not given there is missing here too.
const inSandbox = await sandbox()

const send = async (url: string, host = createMockHostBindings({ clients }), to = handle) => {
  const context = { tenantId: "tenant", extensionId: "extension" }
  const { body, status } = await to({ context, http: { method: "GET", url, headers: [] } }, host)
  return { status, body: JSON.parse(new TextDecoder().decode(body ?? new Uint8Array())) }
}

test("lists the clients that a search finds", async () => {
  assert.equal((await send("/api/clients?search=NORTH")).body.totalCount, 1)
  assert.equal((await send("/api/clients?search=south")).body.totalCount, 0)
})

test("gives one client, and 404 where there is none", async () => {
  assert.equal((await send(`/api/clients/${clientId}`)).body.clientName, "Northwind")
  assert.equal((await send(`/api/clients/${clientId.replace("c", "d")}`)).status, 404)
})

test("answers 403 where the host does not allow it", async () => {
  const denied = createMockHostBindings({ clients: mockClients([], { fail: "not-allowed" }) })
  assert.deepEqual(await send("/api/clients", denied), { status: 403, body: { error: "not-allowed" } })
})

test("answers in the sandbox as it does here", async () => {
  assert.deepEqual(await send("/api/clients", undefined, inSandbox), await send("/api/clients"))
})
