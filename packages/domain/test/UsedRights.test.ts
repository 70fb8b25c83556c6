import { Schema } from "effect"
import { assert, describe, it } from "vitest"
import { noRights, UsedRights } from "../src/UsedRights.ts"
import { client } from "./ports.ts"

const is = Schema.is(UsedRights)

describe("The rights that are kept with an answer", () => {
  it.each([
    noRights,
    { capabilities: ["cap:client.read"], permissions: ["client:read"], subject: null, wrote: true, unread: true },
    { ...noRights, subject: { userType: "internal", clientId: null } },
    { ...noRights, subject: { userType: "client", clientId: client } }
  ])("are read: %j", (rights) => {
    assert.isTrue(is(rights))
  })

  it.each([
    {},
    { ...noRights, capabilities: ["made.up"] },
    { ...noRights, permissions: [5] },
    { ...noRights, subject: {} },
    { ...noRights, subject: { userType: "", clientId: null } },
    { ...noRights, subject: { userType: "another", clientId: null } },
    { ...noRights, subject: { userType: "client", clientId: "no id" } },
    { ...noRights, wrote: "yes" },
    { ...noRights, unread: "yes" }
  ])("are not read from what is none: %j", (rights) => {
    assert.isFalse(is(rights))
  })
})
