import assert from "node:assert/strict"
import { test } from "node:test"
import * as sdk from "@alga-psa/ext-extension-sdk"
import { sandbox } from "@alga-psa/ext-extension-sdk/vitest"
import { handle } from "../src/handler.ts"

// The component that is built of the handler, in the sandbox that a host has: what it is not given there is missing here too.
const inSandbox = await sandbox()

const send = async (url: string, host: sdk.HostBindings, to = handle) => {
  const context = { tenantId: "tenant", extensionId: "extension" }
  const { body, status } = await to({ context, http: { method: "GET", url, headers: [] } }, host)
  return { status, body: JSON.parse(new TextDecoder().decode(body ?? new Uint8Array())) }
}

// @if clients
const clientId = "c0000000-0001-4000-8000-000000000001"
const withClients = sdk.createMockHostBindings({ clients: sdk.mockClients([{ clientId, clientName: "Northwind" }]) })

test("lists the clients that a search finds", async () => {
  assert.equal((await send("/api/clients?search=NORTH", withClients)).body.totalCount, 1)
  assert.equal((await send("/api/clients?search=south", withClients)).body.totalCount, 0)
})

test("lists clients in the sandbox as it does here", async () => {
  const expected = await send("/api/clients", withClients)
  assert.deepEqual(await send("/api/clients", withClients, inSandbox), expected)
})

test("gives one client, and 404 where there is none", async () => {
  assert.equal((await send(`/api/clients/${clientId}`, withClients)).body.clientName, "Northwind")
  assert.equal((await send(`/api/clients/${clientId.replace("c", "d")}`, withClients)).status, 404)
})

test("answers 403 where the host does not give clients", async () => {
  const host = sdk.createMockHostBindings({ clients: sdk.mockClients([], { fail: "not-allowed" }) })
  assert.deepEqual(await send("/api/clients", host), { status: 403, body: { error: "not-allowed" } })
})
// @end
// @if services

const serviceId = "50000000-0001-4000-8000-000000000001"
const withServices = sdk.createMockHostBindings({ services: sdk.mockServices([{ serviceId, serviceName: "Support" }]) })

test("lists the services that a search finds", async () => {
  assert.equal((await send("/api/services?search=SUPP", withServices)).body.totalCount, 1)
  assert.equal((await send("/api/services?search=north", withServices)).body.totalCount, 0)
})

test("lists services in the sandbox as it does here", async () => {
  const expected = await send("/api/services", withServices)
  assert.deepEqual(await send("/api/services", withServices, inSandbox), expected)
})

test("gives one service, and 404 where there is none", async () => {
  assert.equal((await send(`/api/services/${serviceId}`, withServices)).body.serviceName, "Support")
  assert.equal((await send(`/api/services/${serviceId.replace("5", "6")}`, withServices)).status, 404)
})

test("answers 403 where the host does not give services", async () => {
  const host = sdk.createMockHostBindings({ services: sdk.mockServices([], { fail: "not-allowed" }) })
  assert.deepEqual(await send("/api/services", host), { status: 403, body: { error: "not-allowed" } })
})
// @end
