import { assert, describe, it } from "@effect/vitest"
import { interfaceCapabilities, knownImports } from "../src/KnownWorld.ts"

describe("An interface of the world", () => {
  it.each([
    ["context", "cap:context.read"],
    ["secrets", "cap:secrets.get"],
    ["http", "cap:http.fetch"],
    ["storage", "cap:storage.kv"],
    ["logging", "cap:log.emit"],
    ["ui-proxy", "cap:ui.proxy"],
    ["user", "cap:user.read"],
    ["user-v2", "cap:user.read"],
    ["scheduler", "cap:scheduler.manage"],
    ["invoicing", "cap:invoice.manual.create"],
    ["clients", "cap:client.read"],
    ["services", "cap:service.read"],
    ["clients-v2", "cap:client.read"],
    ["services-v2", "cap:service.read"]
  ] as const)("%s needs %s", (name, capability) => {
    assert.strictEqual(interfaceCapabilities[name], capability)
    assert.isTrue(knownImports.has(`alga:extension/${name}`))
  })

  it("needs a capability, save that of types alone", () => {
    const names = [...knownImports].map((name) => name.replace("alga:extension/", ""))
    assert.sameMembers([...Object.keys(interfaceCapabilities), "types"], names)
  })
})
