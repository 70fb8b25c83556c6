import { Effect, Schema } from "effect"
import { assert, it } from "vitest"
import type { AnyReadOperation, AnyResource } from "../src/Resource.ts"
import { forEachInterface, forEachResource, resources } from "../src/Resources.ts"
import { failure } from "./observed.ts"
import { client, pricedService, serviceSummary, taggedClient } from "./ports.ts"

it("Every interface of every resource has a value by its name", () => {
  assert.deepEqual(
    forEachInterface((operations, { name }) => [name, ...Object.keys(operations)]),
    {
      clients: ["clients", "list", "get"],
      "clients-v2": ["clients", "page", "getMany"],
      services: ["services", "list", "get"],
      "services-v2": ["services", "page", "getMany"]
    }
  )
  const all = ["list", "get", "page", "getMany"]
  assert.deepEqual(
    forEachResource(({ operations }) => Object.keys(operations)),
    { clients: all, services: all }
  )
  assert.lengthOf(resources, 2)
})

it("Every resource says what its records are known, sorted, searched and left out by", () => {
  assert.deepEqual(
    resources.map(({ id, leavesOut, name, searched, title }: AnyResource) => ({
      id,
      leavesOut,
      name,
      searched,
      title
    })),
    [
      {
        ...{ name: "clients", id: "clientId", title: "clientName" },
        ...{ searched: ["clientName", "billingEmail"], leavesOut: { includeInactive: "isInactive" } }
      },
      {
        ...{ name: "services", id: "serviceId", title: "serviceName" },
        ...{ searched: ["serviceName", "description", "sku"], leavesOut: {} }
      }
    ]
  )
})

const readsOf = ({ operations }: AnyResource): ReadonlyArray<readonly [string, AnyReadOperation]> =>
  Object.entries(operations)

it("Every operation has a function in the world, and arguments that break its rules", () => {
  const record = (fields: object) => [{ record: fields }]
  const page = { search: "text", page: "whole-number", pageSize: "whole-number" }
  const cursor = { search: "text", pageSize: "whole-number", after: "text", withTotal: "flag" }
  const ofClients = { includeInactive: "flag" }
  const ofServices = {
    itemKind: { oneOf: ["service", "product"] },
    isActive: "flag",
    billingMethod: { oneOf: ["fixed", "hourly", "usage"] }
  }
  assert.deepEqual(
    resources
      .flatMap(readsOf)
      .map(([, operation]) => [operation.member, operation.arguments, operation.breaking] as unknown),
    [
      ["listClients", record({ ...page, ...ofClients }), [{ page: 0 }]],
      ["getClient", ["text"], [""]],
      ["listClients", record({ ...cursor, ...ofClients, tags: { list: "text" } }), [{ pageSize: 0 }]],
      ["getClients", [{ list: "text" }], [[]]],
      ["listServices", record({ ...page, ...ofServices }), [{ page: 0 }]],
      ["getService", ["text"], [""]],
      ["listServices", record({ ...cursor, ...ofServices }), [{ pageSize: 0 }]],
      ["getServices", [{ list: "text" }], [[]]]
    ]
  )
  for (const [, { breaking, query }] of resources.flatMap(readsOf)) {
    assert.strictEqual(failure(Effect.runSyncExit(query(...breaking)))?.code, "invalid-input")
  }
})

it("Every list says of an input of another kind that the input is wrong", () => {
  for (const [name, { query }] of resources.flatMap(readsOf)) {
    if (name !== "list" && name !== "page") continue
    assert.strictEqual(failure(Effect.runSyncExit(query(7)))?.field, "input")
  }
})

it("A page behind a cursor crosses to a guest with its fields, and counts its own records", () => {
  for (const [resource, summary] of [
    [resources[0], taggedClient],
    [resources[1], pricedService]
  ] as const) {
    const { Found, count }: AnyReadOperation = resource.operations.page
    const page = { items: [summary, summary], totalCount: 7, next: "next" }
    assert.deepEqual(Schema.decodeUnknownSync(Found)({ ...page, private: 1 }), page)
    assert.strictEqual(count(page), 2)
    for (const missing of ["items", "totalCount", "next"]) {
      assert.throws(() => Schema.decodeUnknownSync(Found)({ ...page, [missing]: undefined }))
    }
  }
})

it("Where a portal user may see every record, a list is read as it was asked, whether they have a client or none", () => {
  const { list, page }: Readonly<Record<string, AnyReadOperation>> = resources[1].operations
  const byPage = { items: [serviceSummary], totalCount: 1, page: 1, pageSize: 25 }
  const byCursor = { items: [pricedService], totalCount: null, next: null }
  for (const [operation, answer] of [
    [list, byPage],
    [page, byCursor]
  ] as const) {
    assert(operation !== undefined)
    const query = Effect.runSync(operation.query({ search: "a" }))
    for (const own of [client, null]) {
      const asked: Array<unknown> = []
      const read = (narrowed: unknown) => {
        asked.push(narrowed)
        return Effect.succeed(answer)
      }
      assert.deepEqual(Effect.runSync(operation.forPortal(query, own, read)), answer)
      assert.deepEqual(asked, [query])
    }
  }
})
