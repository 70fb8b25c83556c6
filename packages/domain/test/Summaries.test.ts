import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { ClientSummary, ClientSummaryV2 } from "../src/ClientSummary.ts"
import { Permission } from "../src/Permission.ts"
import { ServiceSummary, ServiceSummaryV2 } from "../src/ServiceSummary.ts"
import { clientSummary, pricedService, serviceSummary, taggedClient } from "./ports.ts"

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

  it("of either in the second edition is one field more", () => {
    assert.deepEqual(Object.keys(ClientSummaryV2.fields), [...Object.keys(ClientSummary.fields), "tags"])
    assert.deepEqual(Object.keys(ServiceSummaryV2.fields), [...Object.keys(ServiceSummary.fields), "prices"])
    const row = { ...pricedService, prices: [{ currencyCode: "EUR", rate: 12_500, price_id: "internal" }] }
    assert.deepEqual(Schema.decodeUnknownSync(ServiceSummaryV2)(row), pricedService)
    assert.deepEqual(Schema.decodeUnknownSync(ClientSummaryV2)({ ...taggedClient, notes: "internal" }), taggedClient)
  })

  it("takes one of two permissions", () => {
    assert.deepEqual(Permission.literals, ["client:read", "service:read"])
  })
})
