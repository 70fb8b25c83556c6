import { type AnyReadOperation, resources as declared, type Operations } from "@alga-psa/ext-domain"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { mockClientsV2 } from "../src/ClientsV2.ts"
import { brokenRule } from "../src/internal/brokenRule.ts"
import { toHostError } from "../src/internal/hostCall.ts"
import type { ResourceData, ResourceName } from "../src/internal/resourceData.ts"
import { resources } from "../src/internal/resources/data.ts"
import { createMockHostBindings } from "../src/MockHostBindings.ts"

const id = "c0000000-0001-4000-8000-000000000001"

/** What each field of a list is given to break a rule, and to keep all. */
const values: Readonly<Record<string, ReadonlyArray<unknown>>> = {
  search: ["", "a\0", "x".repeat(200), "x".repeat(201), ` ${"x".repeat(200)} `, 5, null],
  page: [1, 0, -1, 1.5, 10_000, 10_001, "1", null],
  pageSize: [1, 0, 1.5, 100, 101, "1", Number.NaN, null],
  includeInactive: [true, "maybe", 1, null],
  isActive: [false, "yes", null],
  withTotal: [true, 1, null],
  itemKind: ["service", "other", 5, null],
  billingMethod: ["hourly", "other", null],
  after: [1, null],
  tags: [["vip"], [], 5, Array.from({ length: 21 }, () => "a"), null]
}

const known = (Object.keys(resources) as ReadonlyArray<ResourceName>).flatMap((name) => {
  const data: ResourceData = resources[name]
  return Object.entries(data.operations).map(([operation, of]) => ({ name, data, operation, of }))
})

/** The operation of the domain behind a call of the SDK. */
const domainOf = (name: string, member: string): AnyReadOperation => {
  const edition = name.replace("V2", "-v2")
  const found = declared
    .flatMap(({ editions }) => Object.entries<Operations>(editions))
    .filter(([one]) => one === edition)
    .flatMap(([, operations]) => Object.values(operations))
    .find((one) => one.member === member)
  if (found === undefined) throw new Error(`the domain has no ${name}.${member}`)
  return found
}

const ofDomain = (operation: AnyReadOperation, given: ReadonlyArray<unknown>) =>
  operation
    .query(...given)
    .pipe(Effect.match({ onFailure: ({ field, why }) => `${field} ${why}`, onSuccess: () => null }))

describe("the rule that a read breaks", () => {
  for (const { data, name, of, operation } of known) {
    it.effect(`is told by ${name}.${operation} in the host's words`, () =>
      Effect.gen(function* () {
        const [type] = of.arguments
        const record = typeof type === "object" && "record" in type ? Object.keys(type.record) : null
        const inputs =
          record === null
            ? type === "text"
              ? [id, id.toUpperCase(), "1", "", 5, null]
              : [[id], [], ["1"], 5, Array.from({ length: 101 }, () => id)]
            : record.flatMap((field) => (values[field] ?? assert.fail(field)).map((value) => ({ [field]: value })))
        for (const input of inputs) {
          const expected = yield* ofDomain(domainOf(name, of.member), [input])
          assert.strictEqual(brokenRule(data, of, [input]), expected, JSON.stringify(input))
        }
      })
    )
  }

  it.effect("is in the message of a mock, and of a call that the host refused", () =>
    Effect.gen(function* () {
      const host = createMockHostBindings({ clientsV2: mockClientsV2([], { portalClient: id }) })
      const messages = yield* Effect.forEach(
        [
          host.clients.list({ pageSize: 500 }),
          host.services.get("1"),
          host.clientsV2.list({ after: "elsewhere" }),
          host.clientsV2.list({ tags: ["vip"] })
        ],
        (call: Promise<unknown>) =>
          Effect.flip(Effect.tryPromise({ try: () => call, catch: (error) => error as Error }))
      )
      assert.deepStrictEqual(
        messages.map(({ message }) => message),
        [
          "clients.list: invalid-input (pageSize must be 1 to 100)",
          "services.get: invalid-input (serviceId must be a UUID)",
          "clientsV2.list: invalid-input (after must be the `next` of an earlier page)",
          "clientsV2.list: invalid-input (tags is not for users of the client portal)"
        ]
      )
      const refused = toHostError("clients.list", { payload: "invalid-input" }, () => "pageSize must be 1 to 100")
      assert.strictEqual(refused.message, messages[0]?.message)
    })
  )

  it("is not told where another reason came first", () => {
    assert.notInclude(toHostError("clients.list", "not-allowed", () => "pageSize must be 1 to 100").message, "pageSize")
  })
})
