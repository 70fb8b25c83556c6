import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit } from "effect"
import type { InvalidInput } from "../src/CallError.ts"
import {
  type ClientsListInput,
  clientIds,
  clientsPageQuery,
  clientsQuery,
  decodeClientIds,
  decodeClientsPageQuery,
  decodeClientsQuery
} from "../src/Clients.ts"
import type { CursorQuery } from "../src/CursorPage.ts"
import { ClientId, ExtensionId, InstallId, ServiceId, TenantId, UserId, Uuid } from "../src/Identifiers.ts"
import { decode } from "../src/internal/input.ts"
import { cursorText } from "../src/PageCursor.ts"
import {
  decodeServiceIds,
  decodeServicesPageQuery,
  decodeServicesQuery,
  serviceIds,
  servicesPageQuery,
  servicesQuery
} from "../src/Services.ts"
import { failure } from "./observed.ts"

interface Query {
  readonly search: string | null
  readonly page: number
  readonly pageSize: number
}

const lists: ReadonlyArray<readonly [string, (input: unknown) => Effect.Effect<Query, InvalidInput>]> = [
  ["clients", decodeClientsQuery],
  ["services", decodeServicesQuery]
]

const rejected = (run: Effect.Effect<unknown, { readonly field: string; readonly why: string }>) => {
  const error = failure(Effect.runSyncExit(run))
  return error === null ? null : [error.field, error.why]
}

describe.each(lists)("The input rules of a list of %s", (_, query) => {
  it.each([
    ["page", 1],
    ["page", 10_000],
    ["pageSize", 1],
    ["pageSize", 100]
  ])("take %s = %d", (field, value) => {
    const accepted = Effect.runSync(query({ [field]: value }))
    assert.strictEqual(new Map(Object.entries(accepted)).get(field), value)
  })

  it.each([
    ["page", 0, "must be 1 to 10000"],
    ["page", -1, "must be 1 to 10000"],
    ["page", 10_001, "must be 1 to 10000"],
    ["page", 1.5, "must be a whole number"],
    ["page", Number.NaN, "must be a whole number"],
    ["page", Number.POSITIVE_INFINITY, "must be a whole number"],
    ["page", "1", "must be a whole number"],
    ["pageSize", 0, "must be 1 to 100"],
    ["pageSize", 101, "must be 1 to 100"],
    ["pageSize", 99.5, "must be a whole number"],
    ["pageSize", true, "must be a whole number"]
  ])("refuse %s = %j: it %s", (field, value, why) => {
    assert.deepEqual(rejected(query({ [field]: value })), [field, why])
  })

  it.each([
    ["x".repeat(200), "x".repeat(200)],
    ["😀".repeat(200), "😀".repeat(200)],
    [` \t${"x".repeat(200)}\n`, "x".repeat(200)],
    ["  two words ", "two words"],
    ["%_\\'", "%_\\'"],
    ["", null],
    ["   ", null],
    [null, null],
    [undefined, null]
  ])("read the search %j as %j", (search, read) => {
    assert.strictEqual(Effect.runSync(query({ search })).search, read)
  })

  it.each([
    ["x".repeat(201), "must be at most 200 characters"],
    ["😀".repeat(201), "must be at most 200 characters"],
    ["a\0b", "must not contain a NUL character"],
    [42, "must be text"],
    [["a"], "must be text"]
  ])("refuse the search %j: it %s", (search, why) => {
    assert.deepEqual(rejected(query({ search })), ["search", why])
  })

  it.each([undefined, null, {}])("read %j as every default", (input) => {
    const { search, page, pageSize } = Effect.runSync(query(input))
    assert.deepEqual([search, page, pageSize], [null, 1, 25])
  })

  it.each([42, "input", [1]])("refuse %j as a whole", (input) => {
    const [field] = rejected(query(input)) ?? []
    assert.strictEqual(field, "input")
  })

  it("never repeat a value", () => {
    const secret = `private${"x".repeat(200)}`
    assert.notInclude(JSON.stringify(rejected(query({ search: secret }))), "private")
    assert.notInclude(JSON.stringify(rejected(query({ page: secret }))), "private")
    assert.notInclude(JSON.stringify(rejected(query(secret))), "private")
  })

  it("ignore fields that they do not know", () => {
    assert.isTrue(Exit.isSuccess(Effect.runSyncExit(query({ tenant: "another", onlyClient: "x" }))))
  })
})

describe("The input rules of a list of clients", () => {
  it.each([
    [true, true],
    [false, false],
    [null, false],
    [undefined, false]
  ])("read includeInactive = %j as %j", (includeInactive, read) => {
    assert.strictEqual(Effect.runSync(clientsQuery({ includeInactive })).includeInactive, read)
  })

  it.each(["yes", 1])("refuse includeInactive = %j", (includeInactive) => {
    assert.deepEqual(rejected(decodeClientsQuery({ includeInactive })), ["includeInactive", "must be true or false"])
  })

  it("never restrict to a client that the caller names", () => {
    assert.isNull(Effect.runSync(decodeClientsQuery({ onlyClient: "66666666-0000-4000-8000-000000000000" })).onlyClient)
  })
})

describe("The input rules of a list of services", () => {
  it.each([
    ["itemKind", "service"],
    ["itemKind", "product"],
    ["billingMethod", "fixed"],
    ["billingMethod", "hourly"],
    ["billingMethod", "usage"],
    ["isActive", true],
    ["isActive", false]
  ])("take %s = %j", (field, value) => {
    const accepted = Effect.runSync(decodeServicesQuery({ [field]: value }))
    assert.strictEqual(new Map(Object.entries(accepted)).get(field), value)
  })

  it.each(["itemKind", "billingMethod", "isActive"])("read a missing %s as no filter", (field) => {
    for (const value of [null, undefined]) {
      const accepted = Effect.runSync(decodeServicesQuery({ [field]: value }))
      assert.isNull(new Map(Object.entries(accepted)).get(field))
    }
  })

  it.each([
    ["itemKind", "Service", "must be service or product"],
    ["itemKind", "", "must be service or product"],
    ["billingMethod", "per_unit", "must be fixed, hourly or usage"],
    ["billingMethod", 1, "must be fixed, hourly or usage"],
    ["isActive", "true", "must be true or false"]
  ])("refuse %s = %j: it %s", (field, value, why) => {
    assert.deepEqual(rejected(decodeServicesQuery({ [field]: value })), [field, why])
  })
})

describe("The input rule of an id", () => {
  const decodeId = decode(ClientId, "clientId")

  it.each([
    "3fa85f64-5717-4562-b3fc-2c963f66afa6",
    "00000000-0000-0000-0000-000000000000",
    "ffffffff-ffff-ffff-ffff-ffffffffffff"
  ])("takes %s", (id) => {
    assert.strictEqual(Effect.runSync(decodeId(id)), id)
  })

  it("lowers its letters", () => {
    assert.strictEqual(
      Effect.runSync(decodeId("3FA85F64-5717-4562-B3FC-2C963F66AFA6")),
      "3fa85f64-5717-4562-b3fc-2c963f66afa6"
    )
  })

  it.each([
    "",
    "private",
    "3fa85f6457174562b3fc2c963f66afa6",
    "{3fa85f64-5717-4562-b3fc-2c963f66afa6}",
    " 3fa85f64-5717-4562-b3fc-2c963f66afa6",
    "3fa85f64-5717-4562-b3fc-2c963f66afa6\n",
    "3fa85f64-5717-4562-b3fc-2c963f66afag",
    42,
    null
  ])("refuses %j without repeating it", (id) => {
    const found = rejected(decodeId(id))
    assert.strictEqual(found?.[0], "clientId")
    assert.notInclude(JSON.stringify(found), "private")
  })

  it.each(Object.entries({ TenantId, ExtensionId, InstallId, UserId, ClientId, ServiceId }))(
    "made as %s says which id is wrong and what it must be, and repeats nothing",
    (name, id) => {
      const wrong = new TypeError(`${name}: must be a UUID, such as 3fa85f64-5717-4562-b3fc-2c963f66afa6`)
      for (const text of ["private", "", null, 1])
        assert.throws(() => id.make(text as string), TypeError, wrong.message)
      const upper = "3FA85F64-5717-4562-B3FC-2C963F66AFA6"
      assert.strictEqual<string>(id.make(upper), upper.toLowerCase())
    }
  )

  it("says that it must be a UUID", () => {
    assert.deepEqual(rejected(decode(Uuid, "id")("private")), ["id", "must be a UUID"])
  })
})

const id = "66666666-0000-4000-8000-000000000000"
const cursorLists: ReadonlyArray<readonly [string, (input: unknown) => Effect.Effect<CursorQuery, InvalidInput>]> = [
  ["clients", decodeClientsPageQuery],
  ["services", decodeServicesPageQuery]
]

describe.each(cursorLists)("The input rules of a list of %s by cursor", (_, query) => {
  it.each([undefined, null, {}])("read %j as every default", (input) => {
    const { after, pageSize, search, withTotal } = Effect.runSync(query(input))
    assert.deepEqual([search, pageSize, after, withTotal], [null, 25, null, false])
  })

  it("take the place behind a record that a page ended with", () => {
    const place = { name: "zoë 😀", id }
    assert.deepEqual(Effect.runSync(query({ after: cursorText(place) })).after, place)
    assert.isNull(Effect.runSync(query({ after: null })).after)
  })

  it.each([
    ["pageSize", 0, "must be 1 to 100"],
    ["pageSize", 101, "must be 1 to 100"],
    ["search", "a\0b", "must not contain a NUL character"],
    ["withTotal", "true", "must be true or false"],
    ["after", 1, "must be text"],
    ["after", "", "must be the `next` of an earlier page"],
    ["after", `1.${id}.=`, "must be the `next` of an earlier page"]
  ])("refuse %s = %j: it %s", (field, value, why) => {
    assert.deepEqual(rejected(query({ [field]: value })), [field, why])
  })
})

describe("The input rule of a filter by tags", () => {
  it.each([[["a"]], [["x".repeat(100), "😀".repeat(100)]], [Array.from({ length: 20 }, () => "same")]])(
    "takes %j",
    (tags) => {
      assert.deepEqual(Effect.runSync(clientsPageQuery({ tags })).tags, tags)
    }
  )

  it.each([
    [[], "must be 1 to 20 tags"],
    [Array.from({ length: 21 }, () => "a"), "must be 1 to 20 tags"],
    ["vip", "must be 1 to 20 tags"],
    [[""], "[0] must be 1 to 100 characters"],
    [["x".repeat(101)], "[0] must be 1 to 100 characters"],
    [["a\0"], "[0] must not contain a NUL character"]
  ])("refuses %j: it %s", (tags, why) => {
    assert.deepEqual(rejected(decodeClientsPageQuery({ tags })), ["tags", why])
  })
})

const manyIds: ReadonlyArray<readonly [string, (ids: unknown) => Effect.Effect<ReadonlyArray<string>, InvalidInput>]> =
  [
    ["clientIds", decodeClientIds],
    ["serviceIds", decodeServiceIds]
  ]

describe.each(manyIds)("The input rule of %s", (field, query) => {
  it.each([1, 100])("takes %d of them", (count) => {
    assert.lengthOf(Effect.runSync(query(Array.from({ length: count }, () => id.toUpperCase()))), count)
  })

  it.each([[[]], [Array.from({ length: 101 }, () => id)], [[id, "private"]], [id], [null], [{ length: 1 }]])(
    "refuses %j without repeating it",
    (ids) => {
      assert.deepEqual(rejected(query(ids)), [field, "must be 1 to 100 UUIDs"])
    }
  )
})

describe("The inputs of the ports", () => {
  it("are typed, so that the compiler refuses a filter that is misspelt", () => {
    const misspelt = [
      // @ts-expect-error `search`
      clientsQuery({ serach: "north" }),
      // @ts-expect-error `tags`
      clientsPageQuery({ tag: ["vip"] }),
      // @ts-expect-error texts
      clientIds([1]),
      // @ts-expect-error `isActive`
      servicesQuery({ active: true }),
      // @ts-expect-error `billingMethod` is one of three
      servicesPageQuery({ billingMethod: "weekly" }),
      // @ts-expect-error a list
      serviceIds(id)
    ]
    assert.lengthOf(misspelt, 6)
    const input: ClientsListInput = { search: "north" }
    assert.strictEqual(Effect.runSync(clientsQuery(input)).search, "north")
    assert.lengthOf(Effect.runSync(Effect.all([clientIds([id]), serviceIds([id])])), 2)
    assert.isNull(Effect.runSync(servicesPageQuery({})).search)
    assert.isNull(Effect.runSync(servicesQuery({})).search)
  })
})
