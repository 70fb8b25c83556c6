import assert from "node:assert/strict"
import { test } from "node:test"
import { createMockHostBindings, mockClients } from "@alga-psa/ext-extension-sdk"
import { sandbox } from "@alga-psa/ext-extension-sdk/vitest"

// The built component, in the sandbox that a host has: what it is not given there is missing here too.
const handle = await sandbox()

test("answers as a component, too", async () => {
  const clients = mockClients([{ clientId: "c0000000-0001-4000-8000-000000000001", clientName: "Northwind" }])
  const context = { tenantId: "tenant", extensionId: "extension" }
  const http = { method: "GET", url: "/api/clients?search=north", headers: [] }
  const { body, status } = await handle({ context, http }, createMockHostBindings({ clients }))
  assert.equal(status, 200)
  assert.equal(JSON.parse(new TextDecoder().decode(body ?? undefined)).totalCount, 1)
})
