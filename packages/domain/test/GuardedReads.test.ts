import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { InvalidInput } from "../src/CallError.ts"
import type { Capability } from "../src/Capability.ts"
import { InstallUnavailable } from "../src/CapabilityGate.ts"
import { ClientReads } from "../src/ClientReads.ts"
import { DataSourceError } from "../src/DataSourceError.ts"
import { asExecution, type Invocation } from "../src/Invocation.ts"
import { cursorText } from "../src/PageCursor.ts"
import type { Permission } from "../src/Permission.ts"
import type { RbacSubject } from "../src/RbacCheck.ts"
import type { ReadError } from "../src/ReadError.ts"
import { ServiceReads } from "../src/ServiceReads.ts"
import {
  access,
  client,
  clientSummary,
  guardedReads,
  invocation,
  only,
  otherClient,
  portalUser,
  pricedService,
  service,
  serviceSummary,
  staff,
  taggedClient,
  tenant,
  user
} from "./ports.ts"

interface Operation {
  readonly name: string
  readonly good: Effect.Effect<unknown, ReadError, ClientReads | ServiceReads | Invocation>
  /** The same with input that breaks a rule. */
  readonly bad: Effect.Effect<unknown, ReadError, ClientReads | ServiceReads | Invocation>
  readonly invalid: readonly [field: string, why: string]
  readonly capability: Capability
  /** A capability that does not cover it. */
  readonly other: Capability
  readonly permission: Permission
}

const operations: ReadonlyArray<Operation> = [
  {
    name: "clients.list",
    good: Effect.flatMap(ClientReads, (reads) => reads.list()),
    bad: Effect.flatMap(ClientReads, (reads) => reads.list({ page: 0 })),
    invalid: ["page", "must be 1 to 10000"],
    other: "cap:service.read",
    capability: "cap:client.read",
    permission: "client:read"
  },
  {
    name: "clients.get",
    good: Effect.flatMap(ClientReads, (reads) => reads.get(client)),
    bad: Effect.flatMap(ClientReads, (reads) => reads.get("bad")),
    invalid: ["clientId", "must be a UUID"],
    other: "cap:service.read",
    capability: "cap:client.read",
    permission: "client:read"
  },
  {
    name: "clients-v2.page",
    good: Effect.flatMap(ClientReads, (reads) => reads.page()),
    bad: Effect.flatMap(ClientReads, (reads) => reads.page({ tags: [] })),
    invalid: ["tags", "must be 1 to 20 tags"],
    other: "cap:service.read",
    capability: "cap:client.read",
    permission: "client:read"
  },
  {
    name: "clients-v2.getMany",
    good: Effect.flatMap(ClientReads, (reads) => reads.getMany([client])),
    bad: Effect.flatMap(ClientReads, (reads) => reads.getMany([client, "bad"])),
    invalid: ["clientIds", "must be 1 to 100 UUIDs"],
    other: "cap:service.read",
    capability: "cap:client.read",
    permission: "client:read"
  },
  {
    name: "services.list",
    good: Effect.flatMap(ServiceReads, (reads) => reads.list()),
    bad: Effect.flatMap(ServiceReads, (reads) => reads.list({ pageSize: 101 })),
    invalid: ["pageSize", "must be 1 to 100"],
    other: "cap:client.read",
    capability: "cap:service.read",
    permission: "service:read"
  },
  {
    name: "services.get",
    good: Effect.flatMap(ServiceReads, (reads) => reads.get(service)),
    bad: Effect.flatMap(ServiceReads, (reads) => reads.get("bad")),
    invalid: ["serviceId", "must be a UUID"],
    other: "cap:client.read",
    capability: "cap:service.read",
    permission: "service:read"
  },
  {
    name: "services-v2.page",
    good: Effect.flatMap(ServiceReads, (reads) => reads.page()),
    bad: Effect.flatMap(ServiceReads, (reads) => reads.page({ after: "bad" })),
    invalid: ["after", "must be the `next` of an earlier page"],
    other: "cap:client.read",
    capability: "cap:service.read",
    permission: "service:read"
  },
  {
    name: "services-v2.getMany",
    good: Effect.flatMap(ServiceReads, (reads) => reads.getMany([service])),
    bad: Effect.flatMap(ServiceReads, (reads) => reads.getMany([])),
    invalid: ["serviceIds", "must be 1 to 100 UUIDs"],
    other: "cap:client.read",
    capability: "cap:service.read",
    permission: "service:read"
  }
]

const details = (error: ReadError) => {
  switch (error._tag) {
    case "NotAllowed":
      return [error.code, error.reason, error.missing]
    case "InvalidInput":
      return [error.code, error.field, error.why]
    case "Internal":
      return [error.code, error.cause]
  }
}

/** A port whose every method answers so. */
const all = <A>(answer: A) => ({ list: answer, get: answer, page: answer, getMany: answer })

const as = (execution = invocation()) => asExecution(execution)

describe.each(operations)("$name", ({ name, good, bad, invalid, other, capability, permission }) => {
  it.effect("asks the gate, then for the user, and then reads", () => {
    const { layer, called } = guardedReads()
    return Effect.gen(function* () {
      yield* good
      assert.deepEqual(called(), ["gate", "rbac", name])
    }).pipe(as(), Effect.provide(layer))
  })

  it.effect.each(["schedule", "webhook"])(
    "reads for no user with the capability alone where a %s started it",
    (trigger) => {
      const { layer, called } = guardedReads()
      return Effect.gen(function* () {
        yield* good
        assert.deepEqual(called(), ["gate", name])
      }).pipe(as(invocation(null, { trigger })), Effect.provide(layer))
    }
  )

  it.effect.each([null, "", "manual", "Schedule", "webhook "])(
    "denies no user where %j started it, before it looks at the input",
    (trigger) => {
      const { layer, called } = guardedReads()
      return Effect.gen(function* () {
        assert.deepEqual(details(yield* Effect.flip(bad)), ["not-allowed", "rbac", permission])
        assert.deepEqual(called(), ["gate"])
      }).pipe(as(invocation(null, { trigger })), Effect.provide(layer))
    }
  )

  it.effect("denies no user for want of the capability first", () => {
    const { layer } = guardedReads({ gate: () => Effect.succeed(access({ capabilities: only(other) })) })
    return Effect.gen(function* () {
      assert.deepEqual(details(yield* Effect.flip(good)), ["not-allowed", "capability", capability])
    }).pipe(as(invocation(null)), Effect.provide(layer))
  })

  it.effect("denies for want of the capability before it looks for the user or at the input", () => {
    const { layer, called } = guardedReads({
      gate: () => Effect.succeed(access({ capabilities: only(other) })),
      rbac: () => Effect.succeed(null)
    })
    return Effect.gen(function* () {
      assert.deepEqual(details(yield* Effect.flip(bad)), ["not-allowed", "capability", capability])
      assert.deepEqual(called(), ["gate"])
    }).pipe(as(), Effect.provide(layer))
  })

  it.effect("denies where the install is not available", () => {
    const { layer, called } = guardedReads({
      gate: () => Effect.fail(new InstallUnavailable({ reason: "disabled" }))
    })
    return Effect.gen(function* () {
      assert.deepEqual(details(yield* Effect.flip(good)), ["not-allowed", "capability", capability])
      assert.deepEqual(called(), ["gate"])
    }).pipe(as(), Effect.provide(layer))
  })

  it.effect.each([null, { ...staff, permissions: new Set([]) }] as ReadonlyArray<RbacSubject | null>)(
    "denies the user %j before it looks at the input",
    (subject) => {
      const { layer, called } = guardedReads({ rbac: () => Effect.succeed(subject) })
      return Effect.gen(function* () {
        assert.deepEqual(details(yield* Effect.flip(bad)), ["not-allowed", "rbac", permission])
        assert.deepEqual(called(), ["gate", "rbac"])
      }).pipe(as(), Effect.provide(layer))
    }
  )

  it.effect("refuses bad input without reading", () => {
    const { layer, called } = guardedReads()
    return Effect.gen(function* () {
      assert.deepEqual(details(yield* Effect.flip(bad)), ["invalid-input", ...invalid])
      assert.deepEqual(called(), ["gate", "rbac"])
    }).pipe(as(), Effect.provide(layer))
  })

  it.effect("keeps a failure of any port as the cause of an internal error", () => {
    const down = new DataSourceError({ reason: "unavailable", operation: "test", cause: new Error("down") })
    const fails = () => Effect.fail(down)
    const failing = [{ gate: fails }, { rbac: fails }, { clients: all(fails), services: all(fails) }]
    return Effect.forEach(failing, (answers) =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(good)
        assert.deepEqual(details(error), ["internal", down])
        assert.strictEqual(error._tag === "Internal" && error.cause, down)
      }).pipe(as(), Effect.provide(guardedReads(answers).layer))
    )
  })

  it.effect("keeps a defect of any port as the cause of an internal error", () => {
    const defect = new Error("broken")
    const dies = () => Effect.die(defect)
    const throws = () => {
      throw defect
    }
    const failing = [
      { gate: dies },
      { rbac: dies },
      { clients: all(dies), services: all(dies) },
      { clients: all(throws), services: all(throws) }
    ]
    return Effect.forEach(failing, (answers) =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(good)
        assert.strictEqual(error._tag === "Internal" && error.cause, defect)
      }).pipe(as(), Effect.provide(guardedReads(answers).layer))
    )
  })
})

describe("ClientReads", () => {
  it.effect("hands the execution's tenant and the whole query to the reader", () => {
    const { layer, calls } = guardedReads()
    return Effect.gen(function* () {
      const reads = yield* ClientReads
      const page = yield* reads.list({ search: " a ", includeInactive: true, page: 2, pageSize: 3 })
      assert.deepEqual(page.items, [clientSummary])
      assert.deepEqual(yield* reads.get(client.toUpperCase()), clientSummary)
      assert.deepEqual(calls.slice(2), [
        ["clients.list", tenant, { search: "a", includeInactive: true, onlyClient: null, page: 2, pageSize: 3 }],
        ["clients.get", tenant, client]
      ])
    }).pipe(as(), Effect.provide(layer))
  })

  it.effect("restricts a portal user's list to their own client", () => {
    const { layer, calls } = guardedReads({ rbac: () => Effect.succeed(portalUser(client)) })
    return Effect.gen(function* () {
      yield* Effect.flatMap(ClientReads, (reads) => reads.list({ search: "b" }))
      const [, , query] = calls.at(-1) ?? []
      assert.deepEqual(query, { search: "b", includeInactive: false, onlyClient: client, page: 1, pageSize: 25 })
    }).pipe(as(), Effect.provide(layer))
  })

  it.effect("gives a portal user without a client an empty page, without reading", () => {
    const { layer, called } = guardedReads({ rbac: () => Effect.succeed(portalUser(null)) })
    return Effect.gen(function* () {
      const reads = yield* ClientReads
      const page = yield* reads.list({ page: 4, pageSize: 9 })
      assert.deepEqual(page, { items: [], totalCount: 0, page: 4, pageSize: 9 })
      assert.isNull(yield* reads.get(client))
      assert.deepEqual(called(), ["gate", "rbac"])
    }).pipe(as(), Effect.provide(layer))
  })

  it.effect("gives a portal user their own client, and null for another without reading it", () => {
    const { layer, called } = guardedReads({ rbac: () => Effect.succeed(portalUser(client)) })
    return Effect.gen(function* () {
      const reads = yield* ClientReads
      assert.isNull(yield* reads.get(otherClient))
      assert.deepEqual(called(), ["gate", "rbac"])
      assert.deepEqual(yield* reads.get(client), clientSummary)
      assert.deepEqual(called(), ["gate", "rbac", "clients.get"])
    }).pipe(as(), Effect.provide(layer))
  })

  it.effect("still checks the input of a portal user without a client", () => {
    const { layer } = guardedReads({ rbac: () => Effect.succeed(portalUser(null)) })
    return Effect.gen(function* () {
      const reads = yield* ClientReads
      assert.strictEqual((yield* Effect.flip(reads.list({ page: 0 }))).code, "invalid-input")
      assert.strictEqual((yield* Effect.flip(reads.get("bad"))).code, "invalid-input")
    }).pipe(as(), Effect.provide(layer))
  })
})

describe("ClientReads, second edition", () => {
  const everyone = { search: null, includeInactive: false, onlyClient: null, tags: null, pageSize: 25, after: null }

  it.effect(
    "hands the execution's tenant and the whole query to the reader, and its answer to a user of the provider",
    () => {
      const { layer, calls } = guardedReads()
      return Effect.gen(function* () {
        const reads = yield* ClientReads
        const after = cursorText({ name: "alpha", id: otherClient })
        const input = { search: " a ", includeInactive: true, tags: ["VIP"], pageSize: 3, after, withTotal: true }
        const page = yield* reads.page(input)
        assert.deepEqual(page, { items: [taggedClient], totalCount: null, next: "next" })
        assert.deepEqual(yield* reads.getMany([otherClient, client.toUpperCase()]), [null, taggedClient])
        const query = { ...input, search: "a", onlyClient: null, after: { name: "alpha", id: otherClient } }
        assert.deepEqual(calls.slice(2), [
          ["clients-v2.page", tenant, query],
          ["clients-v2.getMany", tenant, [otherClient, client]]
        ])
      }).pipe(as(), Effect.provide(layer))
    }
  )

  it.effect("shows tags to a schedule that runs for nobody", () => {
    const { layer } = guardedReads()
    return Effect.gen(function* () {
      const page = yield* Effect.flatMap(ClientReads, (reads) => reads.page({ tags: ["vip"] }))
      assert.deepEqual(page.items, [taggedClient])
    }).pipe(as(invocation(null, { trigger: "schedule" })), Effect.provide(layer))
  })

  it.effect("restricts a portal user to their own client, and shows them no tags", () => {
    const { layer, calls } = guardedReads({ rbac: () => Effect.succeed(portalUser(client)) })
    return Effect.gen(function* () {
      const reads = yield* ClientReads
      const withoutTags = { ...taggedClient, tags: [] }
      assert.deepEqual((yield* reads.page({ withTotal: true })).items, [withoutTags])
      assert.deepEqual(yield* reads.getMany([otherClient, client, otherClient, client]), [
        ...[null, withoutTags],
        ...[null, withoutTags]
      ])
      assert.deepEqual(calls.slice(2), [
        ["clients-v2.page", tenant, { ...everyone, onlyClient: client, withTotal: true }],
        ["clients-v2.getMany", tenant, [client, client]]
      ])
    }).pipe(as(), Effect.provide(layer))
  })

  it.effect.each([client, null])("refuses a portal user of the client %s a filter by tags, without reading", (own) => {
    const { layer, called } = guardedReads({ rbac: () => Effect.succeed(portalUser(own)) })
    return Effect.gen(function* () {
      const reads = yield* ClientReads
      const refused = details(yield* Effect.flip(reads.page({ tags: ["vip"] })))
      assert.deepEqual(refused, ["invalid-input", "tags", "is not for users of the client portal"])
      assert.deepEqual(called(), ["gate", "rbac"])
      yield* reads.page({ tags: null })
    }).pipe(as(), Effect.provide(layer))
  })

  it.effect(
    "gives a portal user without a client nothing, and another's client like a missing one, without reading",
    () => {
      const none = guardedReads({ rbac: () => Effect.succeed(portalUser(null)) })
      const another = guardedReads({ rbac: () => Effect.succeed(portalUser(client)) })
      return Effect.gen(function* () {
        const nothing = Effect.gen(function* () {
          const reads = yield* ClientReads
          assert.deepEqual(yield* reads.page(), { items: [], totalCount: null, next: null })
          assert.deepEqual(yield* reads.page({ withTotal: true }), { items: [], totalCount: 0, next: null })
          assert.deepEqual(yield* reads.getMany([client, client]), [null, null])
          assert.deepEqual(none.called(), ["gate", "rbac"])
        })
        yield* nothing.pipe(as(), Effect.provide(none.layer))
        const others = Effect.gen(function* () {
          const reads = yield* ClientReads
          assert.deepEqual(yield* reads.getMany([otherClient, otherClient]), [null, null])
          assert.deepEqual(another.called(), ["gate", "rbac"])
        })
        yield* others.pipe(as(), Effect.provide(another.layer))
      })
    }
  )

  it.effect("takes invalid input that a port answers with for internal, as it is not the caller's", () => {
    const wrong = () => Effect.fail(new InvalidInput({ field: "tags", why: "is private" }) as never)
    const { layer } = guardedReads({ clients: { page: wrong } })
    return Effect.gen(function* () {
      const reads = yield* ClientReads
      assert.strictEqual((yield* Effect.flip(reads.page())).code, "internal")
    }).pipe(as(), Effect.provide(layer))
  })
})

describe("ServiceReads", () => {
  it.effect("hands the execution's tenant and the whole query to the reader", () => {
    const { layer, calls } = guardedReads()
    return Effect.gen(function* () {
      const reads = yield* ServiceReads
      const filters = { itemKind: "product", isActive: false, billingMethod: "usage" } as const
      const page = yield* reads.list({ search: " a ", ...filters, page: 2, pageSize: 3 })
      assert.deepEqual(page.items, [serviceSummary])
      assert.deepEqual(yield* reads.get(service.toUpperCase()), serviceSummary)
      assert.deepEqual(calls.slice(2), [
        ["services.list", tenant, { search: "a", ...filters, page: 2, pageSize: 3 }],
        ["services.get", tenant, service]
      ])
    }).pipe(as(), Effect.provide(layer))
  })

  it.effect("gives a portal user with the permission the whole catalog, in the second edition with its prices", () => {
    const { layer, calls } = guardedReads({ rbac: () => Effect.succeed(portalUser(client)) })
    return Effect.gen(function* () {
      const reads = yield* ServiceReads
      yield* reads.list()
      assert.strictEqual(calls.at(-1)?.[0], "services.list")
      assert.deepEqual((yield* reads.page()).items, [pricedService])
      assert.deepEqual(yield* reads.getMany([service, client]), [pricedService, null])
    }).pipe(as(invocation(user)), Effect.provide(layer))
  })
})

describe("An execution", () => {
  it.effect("asks the gate and for the user once for all its reads", () => {
    const { layer, called } = guardedReads()
    return Effect.gen(function* () {
      yield* Effect.forEach(operations, ({ good }) => good).pipe(as())
      assert.deepEqual(called(), ["gate", "rbac", ...operations.map(({ name }) => name)])
    }).pipe(Effect.provide(layer))
  })

  it.effect("asks the gate and for the user once for reads at the same time", () => {
    const { layer, called } = guardedReads({
      gate: () => Effect.as(Effect.yieldNow, access()),
      rbac: () => Effect.as(Effect.yieldNow, staff)
    })
    return Effect.gen(function* () {
      const reads = [...operations, ...operations].map(({ good }) => good)
      yield* Effect.all(reads, { concurrency: "unbounded" }).pipe(as())
      assert.deepEqual(called().slice(0, 2), ["gate", "rbac"])
      assert.lengthOf(called(), 2 + reads.length)
    }).pipe(Effect.provide(layer))
  })

  it.effect("is decided anew where the same data is used again", () => {
    let capabilities = only("cap:client.read")
    const { layer } = guardedReads({ gate: () => Effect.succeed(access({ capabilities })) })
    const session = as()
    const read = Effect.flatMap(ClientReads, (reads) => reads.get(client)).pipe(session)
    return Effect.gen(function* () {
      assert.deepEqual(yield* read, clientSummary)
      capabilities = only()
      assert.strictEqual((yield* Effect.flip(read)).code, "not-allowed")
    }).pipe(Effect.provide(layer))
  })
})
