import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { ClientSummary } from "../src/ClientSummary.ts"
import { Permission } from "../src/Permission.ts"
import { ServiceSummary } from "../src/ServiceSummary.ts"
import { clientSummary, serviceSummary } from "./ports.ts"

describe("What an extension can see", () => {
  it("of a client are these fields and no other", () => {
    assert.deepEqual(Object.keys(ClientSummary.fields), [
      "clientId",
      "clientName",
      "clientType",
      "isInactive",
      "defaultCurrencyCode",
      "accountManagerId",
      "accountManagerName",
      "billingEmail"
    ])
    const row = { ...clientSummary, tax_id: "secret", notes: "internal" }
    assert.deepEqual(Schema.decodeUnknownSync(ClientSummary)(row), clientSummary)
  })

  it("of a catalog entry are these fields and no other", () => {
    assert.deepEqual(Object.keys(ServiceSummary.fields), [
      "serviceId",
      "serviceName",
      "itemKind",
      "billingMethod",
      "serviceTypeId",
      "serviceTypeName",
      "defaultRate",
      "unitOfMeasure",
      "isActive",
      "sku"
    ])
    const row = { ...serviceSummary, cost_rate: 1, description: "internal" }
    assert.deepEqual(Schema.decodeUnknownSync(ServiceSummary)(row), serviceSummary)
  })

  it("takes one of two permissions", () => {
    assert.deepEqual(Permission.literals, ["client:read", "service:read"])
  })
})
