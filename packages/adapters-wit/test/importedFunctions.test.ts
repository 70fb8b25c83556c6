import { inspect } from "node:util"
import {
  Authorization,
  asExecution,
  type Capability,
  ClientId,
  ClientReads,
  DataSourceError,
  HttpFetch,
  HttpFetchError,
  Internal,
  type InvocationData,
  Invoicing,
  InvoicingError,
  layerGuardedPorts,
  NotAllowed,
  Scheduler,
  SchedulerError,
  Secrets,
  SecretsError,
  ServiceId,
  ServiceReads,
  Storage,
  StorageError,
  UiProxy,
  UiProxyError
} from "@alga-psa/ext-domain"
import { assert, describe, it } from "@effect/vitest"
import { Cause, Effect, Exit, Layer } from "effect"
import type { HostReply } from "../src/HostCall.ts"
import * as Wit from "../src/index.ts"
import { hostCall, logsOf } from "./support/Imports.ts"

const bytes = new Uint8Array([1, 2])
const fetching = { method: "GET", url: "https://a.example", headers: [{ name: "a", value: "b" }], body: bytes }
const fetched = { status: 200, headers: [], body: null }
const entry = { namespace: "n", key: "k", value: bytes, revision: 3n }
const creating = { endpoint: "e", cron: "* * * * *", timezone: "UTC", enabled: true, name: "n", payload: "{}" }
const created = { success: true, scheduleId: "s", error: null, fieldErrors: null }
const item = { serviceId: "s", quantity: 1.5, description: "d", rate: 100, isDiscount: false, discountType: "fixed" }
const billing = {
  clientId: "c",
  items: [item, { ...item, discountType: "percentage" }],
  invoiceDate: "2026-01-01",
  dueDate: null,
  poNumber: "1"
}
const billed = { success: true, invoiceId: "i" }

const error = (value: string): HostReply => ({ type: "error", value })
const ok = (value: unknown): HostReply => ({ type: "ok", value })

const notDone = { success: false, error: "denied" }
const notChanged = { ...notDone, fieldErrors: null }
const notCreated = { ...notChanged, scheduleId: null }
const notBilled = {
  success: false,
  invoiceId: null,
  invoiceNumber: null,
  status: null,
  subtotal: null,
  tax: null,
  total: null,
  error: "denied",
  fieldErrors: null
}
const internally = (refusal: object) => ok({ ...refusal, error: "internal" })

interface Member {
  readonly call: readonly [name: string, member: string, ...args: ReadonlyArray<unknown>]
  readonly capability: Capability
  /** What the port is asked: its method and arguments. */
  readonly port: ReadonlyArray<unknown>
  readonly answer: unknown
  readonly denied: HostReply
  readonly internal: HostReply
}

const reading = { denied: error("denied"), internal: error("internal") }
const kv = { capability: "cap:storage.kv", ...reading } as const
const scheduling = { capability: "cap:scheduler.manage", ...reading } as const

const members: ReadonlyArray<Member> = [
  { call: ["secrets", "get", "k"], capability: "cap:secrets.get", port: ["get", "k"], answer: "s", ...reading },
  {
    call: ["secrets", "listKeys"],
    capability: "cap:secrets.get",
    port: ["listKeys"],
    answer: ["k"],
    denied: ok([]),
    internal: ok([])
  },
  {
    call: ["http", "fetch", fetching],
    capability: "cap:http.fetch",
    port: ["fetch", fetching],
    answer: fetched,
    denied: error("not-allowed"),
    internal: error("internal")
  },
  { call: ["storage", "get", "n", "k"], port: ["get", "n", "k"], answer: entry, ...kv },
  { call: ["storage", "put", entry], port: ["put", entry], answer: entry, ...kv },
  { call: ["storage", "delete", "n", "k"], port: ["delete", "n", "k"], answer: null, ...kv },
  { call: ["storage", "listEntries", "n", "k"], port: ["listEntries", "n", "k"], answer: [entry], ...kv },
  {
    call: ["ui-proxy", "callRoute", "/r", bytes],
    capability: "cap:ui.proxy",
    port: ["callRoute", "/r", bytes],
    answer: bytes,
    ...reading
  },
  { call: ["scheduler", "listSchedules"], port: ["listSchedules"], answer: [], ...scheduling },
  { call: ["scheduler", "getSchedule", "s"], port: ["getSchedule", "s"], answer: null, ...scheduling },
  { call: ["scheduler", "getEndpoints"], port: ["getEndpoints"], answer: [], ...scheduling },
  {
    call: ["scheduler", "createSchedule", creating],
    port: ["createSchedule", creating],
    answer: created,
    ...scheduling,
    denied: ok(notCreated),
    internal: internally(notCreated)
  },
  {
    call: ["scheduler", "updateSchedule", "s", { cron: "1 * * * *" }],
    port: ["updateSchedule", "s", { cron: "1 * * * *" }],
    answer: created,
    ...scheduling,
    denied: ok(notChanged),
    internal: internally(notChanged)
  },
  {
    call: ["scheduler", "deleteSchedule", "s"],
    port: ["deleteSchedule", "s"],
    answer: { success: true, error: null },
    ...scheduling,
    denied: ok(notDone),
    internal: internally(notDone)
  },
  {
    call: ["invoicing", "createManualInvoice", billing],
    capability: "cap:invoice.manual.create",
    port: ["createManualInvoice", billing],
    answer: billed,
    denied: ok(notBilled),
    internal: internally(notBilled)
  }
]

const uuid = "c0000000-0001-4000-8000-000000000001"
const client = {
  clientId: ClientId.make(uuid),
  clientName: "North",
  clientType: "company",
  isInactive: false,
  defaultCurrencyCode: "USD",
  accountManagerId: "m",
  accountManagerName: "Maya",
  billingEmail: "a@b.example"
}
const service = {
  serviceId: ServiceId.make(uuid),
  serviceName: "Backup",
  itemKind: "service",
  billingMethod: "usage",
  serviceTypeId: "t",
  serviceTypeName: "Cloud",
  defaultRate: 100,
  unitOfMeasure: "GB",
  isActive: true,
  sku: "B1"
} as const

interface World {
  /** How the port answers. */
  readonly port?: Effect.Effect<never, unknown>
  /** Which capabilities are effective; or how asking for one fails. */
  readonly effective?: ReadonlyArray<Capability> | Effect.Effect<never, NotAllowed | DataSourceError>
  readonly missing?: boolean
  readonly reads?: Effect.Effect<never, Internal>
}

const invocation = { tenantId: "t", extensionId: "e", installId: "i", requestId: null } as unknown as InvocationData

/** A host call over ports that answer as told, its reply, and what the ports were asked. */
const called = ([name, member, ...args]: Member["call"], world: World = {}) => {
  const asked: Array<ReadonlyArray<unknown>> = []
  const { answer } = members.find(({ call }) => call[0] === name && call[1] === member) ?? {}
  const answering = (method: string, given: ReadonlyArray<unknown>) =>
    Effect.suspend(() => {
      asked.push([method, ...given])
      return world.port ?? Effect.succeed(answer)
    })
  const port = new Proxy(
    {},
    {
      get: (_, method) =>
        ["listKeys", "listSchedules", "getEndpoints"].includes(String(method))
          ? answering(String(method), [])
          : (...given: ReadonlyArray<unknown>) => answering(String(method), given)
    }
  ) as never
  const effective = world.effective ?? []
  const read = (method: string, given: ReadonlyArray<unknown>, found: unknown) =>
    Effect.suspend(() => {
      asked.push([method, ...given])
      return world.reads ?? Effect.succeed(found as never)
    })
  const page = (items: ReadonlyArray<object>) => ({ items, totalCount: 7, page: 2, pageSize: 3, secret: "internal" })
  const internals = { tax_id: "internal", notes: "internal" }
  const reads = (summary: object) => ({
    list: (...given: ReadonlyArray<unknown>) => read("list", given, page([{ ...summary, ...internals }])),
    get: (...given: ReadonlyArray<unknown>) =>
      read("get", given, world.missing === true ? null : { ...summary, ...internals }),
    page: (...given: ReadonlyArray<unknown>) =>
      read("page", given, { items: [{ ...summary, ...internals }], totalCount: null, next: "n", secret: "internal" }),
    getMany: (...given: ReadonlyArray<unknown>) => read("getMany", given, [{ ...summary, ...internals }, null])
  })
  const layer = Wit.layerHostImports.pipe(
    Layer.provide(layerGuardedPorts),
    Layer.provide([
      Layer.succeed(Secrets, port),
      Layer.succeed(HttpFetch, port),
      Layer.succeed(Storage, port),
      Layer.succeed(UiProxy, port),
      Layer.succeed(Scheduler, port),
      Layer.succeed(Invoicing, port),
      Layer.succeed(ClientReads, reads(client)),
      Layer.succeed(ServiceReads, reads(service)),
      Layer.succeed(Authorization, {
        install: Effect.die("not asked"),
        requirePermission: () => Effect.die("not asked"),
        used: Effect.die("not asked"),
        requireStill: () => Effect.die("not asked"),
        requireCapability: (capability) => {
          if (!Array.isArray(effective)) return effective as Effect.Effect<never, NotAllowed | DataSourceError>
          return effective.includes(capability)
            ? Effect.void
            : Effect.fail(new NotAllowed({ reason: "capability", missing: capability }))
        }
      })
    ])
  )
  const call = hostCall(name, member, ...args).pipe(asExecution(invocation), Effect.provide(layer))
  return Effect.gen(function* () {
    let exit: Exit.Exit<HostReply, unknown> | undefined
    const logs = yield* logsOf(
      Effect.map(Effect.exit(call), (ended) => {
        exit = ended
      })
    )
    const reply = exit !== undefined && Exit.isSuccess(exit) ? exit.value : null
    const lines = logs.map(({ level, message }) => [level, message])
    return { asked, exit, logs, reply, lines, outcomes: logs.map(({ annotations }) => annotations["outcome"]) }
  })
}

const everyCapability = [...new Set(members.map(({ capability }) => capability))]

const named = members.map((one) => ({ ...one, name: one.call.slice(0, 2).join(".") }))

describe.each(named)("$name behind its port", ({ answer, call, capability, denied, internal, port }) => {
  it.effect("asks the port as the guest asked, where its capability is effective, and hands the answer over", () =>
    Effect.gen(function* () {
      const { asked, lines, outcomes, reply } = yield* called(call, { effective: [capability] })
      assert.deepEqual([asked, reply], [[port], ok(answer)])
      assert.deepEqual([lines, outcomes], [[["INFO", "host call"]], ["ok"]])
    })
  )

  it.effect("asks nobody where only the other capabilities are effective, refuses and says so in the log", () =>
    Effect.gen(function* () {
      const others = everyCapability.filter((other) => other !== capability)
      const { asked, logs, reply } = yield* called(call, { effective: others })
      assert.deepEqual([asked, reply], [[], denied])
      assert.deepEqual(
        logs.map(({ annotations, level, message }) => [level, message, annotations["outcome"], annotations["missing"]]),
        [["WARN", "host call", "capability-denied", capability]]
      )
    })
  )

  it.effect("asks nobody where the capability cannot be found out, and says no more than internal", () =>
    Effect.gen(function* () {
      const down = new DataSourceError({ reason: "timeout", operation: "private", cause: new Error("private") })
      for (const effective of [Effect.fail(down), Effect.die(new Error("private"))]) {
        const { asked, logs, outcomes, reply } = yield* called(call, { effective })
        assert.deepEqual([asked, reply], [[], internal])
        assert.deepEqual([outcomes, logs[0]?.level], [["internal"], "ERROR"])
        assert.include(inspect(logs[0]?.message), "private")
      }
    })
  )

  it.effect("is interrupted with the question for its capability", () =>
    Effect.gen(function* () {
      const { asked, exit } = yield* called(call, { effective: Effect.interrupt })
      assert.isTrue(exit !== undefined && Exit.isFailure(exit) && Cause.hasInterruptsOnly(exit.cause))
      assert.deepEqual(asked, [])
    })
  )

  it.effect("answers a defect of the port as internal, and logs it", () =>
    Effect.gen(function* () {
      const port = Effect.die(new Error("private"))
      const { logs, outcomes, reply } = yield* called(call, { effective: [capability], port })
      assert.deepEqual(reply, internal)
      assert.deepEqual([outcomes, logs[0]?.level], [["internal"], "ERROR"])
      assert.include(inspect(logs[0]?.message), "private")
    })
  )
})

const failing: ReadonlyArray<readonly [call: Member["call"], capability: Capability, errors: ReadonlyArray<object>]> = [
  [
    ["secrets", "get", "k"],
    "cap:secrets.get",
    (["missing", "denied", "expired", "internal"] as const).map((code) => new SecretsError({ code }))
  ],
  [
    ["http", "fetch", fetching],
    "cap:http.fetch",
    (["invalid-url", "not-allowed", "transport", "internal"] as const).map((code) => new HttpFetchError({ code }))
  ],
  [
    ["storage", "get", "n", "k"],
    "cap:storage.kv",
    (["missing", "conflict", "denied", "internal"] as const).map((code) => new StorageError({ code }))
  ],
  [
    ["ui-proxy", "callRoute", "/r", null],
    "cap:ui.proxy",
    (["route-not-found", "denied", "bad-request", "internal"] as const).map((code) => new UiProxyError({ code }))
  ],
  [
    ["scheduler", "getSchedule", "s"],
    "cap:scheduler.manage",
    (["not-found", "validation-failed", "quota-exceeded", "denied", "internal"] as const).map(
      (code) => new SchedulerError({ code })
    )
  ]
]

describe("A port that fails", () => {
  it.effect.each(failing)(
    "through %j is told to the guest by its code, and by nothing else",
    ([call, capability, errors]) =>
      Effect.gen(function* () {
        for (const error of errors) {
          const { reply } = yield* called(call, { effective: [capability], port: Effect.fail(error) })
          assert.deepEqual(reply, { type: "error", value: (error as { readonly code: string }).code })
        }
      })
  )

  it.effect("to list the names of secrets is told as no names, and logged", () =>
    Effect.gen(function* () {
      const port = Effect.fail(new SecretsError({ code: "internal" }))
      const { logs, outcomes, reply } = yield* called(["secrets", "listKeys"], { effective: ["cap:secrets.get"], port })
      assert.deepEqual(reply, ok([]))
      assert.deepEqual([outcomes, logs[0]?.level], [["internal"], "ERROR"])
    })
  )
})

describe("A change whose answer was lost", () => {
  const invoice = { clientId: "c", items: [] }
  const schedule = { endpoint: "/a", cron: "0 2 * * *" }
  const text = "internal: the answer was lost, and it is unknown whether this was done"

  it.effect.each([
    [["invoicing", "createManualInvoice", invoice], new InvoicingError({ code: "internal", mayBeDone: true })],
    [["scheduler", "createSchedule", schedule], new SchedulerError({ code: "internal", mayBeDone: true })],
    [["scheduler", "updateSchedule", "s", {}], new SchedulerError({ code: "internal", mayBeDone: true })],
    [["scheduler", "deleteSchedule", "s"], new SchedulerError({ code: "internal", mayBeDone: true })]
  ] as const)("is no success, and says that nobody knows what became of it (%#)", ([call, error]) =>
    Effect.gen(function* () {
      const { outcomes, reply } = yield* called(call, { effective: everyCapability, port: Effect.fail(error) })
      assert(reply?.type === "ok")
      assert.deepInclude(reply.value, { success: false, error: text })
      assert.deepEqual(outcomes, ["internal"])
    })
  )
})

describe("Input that breaks a rule", () => {
  const payload = "Payload must be valid JSON object or array"
  const endpoint = "Endpoint must be 1 to 2048 characters"
  const client = "ClientId must be 1 to 64 characters"

  it.effect.each<readonly [call: Member["call"], reply: HostReply]>([
    [["secrets", "get", ""], error("missing")],
    [["http", "fetch", { ...fetching, url: "" }], error("invalid-url")],
    [["storage", "get", "n", "a/b"], error("internal")],
    [["storage", "put", { ...entry, namespace: "" }], error("internal")],
    [["storage", "delete", "", "k"], error("internal")],
    [["storage", "listEntries", "", null], error("internal")],
    [["ui-proxy", "callRoute", "", null], error("bad-request")],
    [["scheduler", "getSchedule", ""], error("validation-failed")],
    [
      ["scheduler", "createSchedule", { ...creating, payload: "7" }],
      ok({ ...notCreated, error: payload, fieldErrors: JSON.stringify({ payload }) })
    ],
    [
      ["scheduler", "updateSchedule", "s", { endpoint: "" }],
      ok({ ...notChanged, error: endpoint, fieldErrors: JSON.stringify({ endpoint }) })
    ],
    [["scheduler", "deleteSchedule", ""], ok({ ...notDone, error: "ScheduleId must be 1 to 64 characters" })],
    [
      ["invoicing", "createManualInvoice", { ...billing, clientId: "" }],
      ok({ ...notBilled, error: client, fieldErrors: JSON.stringify({ clientId: client }) })
    ]
  ])("is the interface's own refusal, and asks nobody (%#)", ([call, refusal]) =>
    Effect.gen(function* () {
      const { asked, outcomes, reply } = yield* called(call, { effective: everyCapability })
      assert.deepEqual([asked, reply, outcomes], [[], refusal, ["invalid-input"]])
    })
  )
})

describe("An option that the guest leaves out", () => {
  it.effect.each([
    [["http", "fetch", { method: "GET", url: "/", headers: [] }], "cap:http.fetch", ["fetch", { body: null }]],
    [["storage", "put", { namespace: "n", key: "k", value: bytes }], "cap:storage.kv", ["put", { revision: null }]],
    [["storage", "listEntries", "n", undefined], "cap:storage.kv", ["listEntries", "n", null]],
    [["ui-proxy", "callRoute", "/r", undefined], "cap:ui.proxy", ["callRoute", "/r", null]]
  ] as const)("of %j is null for the port", ([call, capability, [method, ...args]]) =>
    Effect.gen(function* () {
      const { asked } = yield* called(call, { effective: [capability] })
      const [name, ...given] = asked[0] ?? []
      assert.strictEqual(name, method)
      for (const [index, expected] of args.entries()) {
        if (expected !== null && typeof expected === "object") assert.deepInclude(given[index] as object, expected)
        else assert.strictEqual(given[index], expected)
      }
    })
  )
})

describe.each([
  { name: "clients", list: "listClients", get: "getClient", summary: client, filters: { includeInactive: true } },
  {
    name: "services",
    list: "listServices",
    get: "getService",
    summary: service,
    filters: { itemKind: "product", isActive: false, billingMethod: "hourly" }
  }
] as const)("The interface $name", ({ filters, get, list, name, summary }) => {
  it.effect("hands the input to the guarded read, and of its page the summaries and the counts alone", () =>
    Effect.gen(function* () {
      const input = { search: "a", ...filters, page: 2, pageSize: 3 }
      const { asked, reply } = yield* called([name, list, input])
      assert.deepEqual(asked, [["list", input]])
      assert.deepEqual(reply, ok({ items: [summary], totalCount: 7, page: 2, pageSize: 3 }))
    })
  )

  it.effect("hands the id to the guarded read, and of what it finds the summary alone", () =>
    Effect.gen(function* () {
      const { asked, reply } = yield* called([name, get, uuid])
      assert.deepEqual([asked, reply], [[["get", uuid]], ok(summary)])
    })
  )

  it.effect("tells what is not there as null", () =>
    Effect.gen(function* () {
      const { reply } = yield* called([name, get, uuid], { missing: true })
      assert.deepEqual(reply, ok(null))
    })
  )

  it.effect("tells a failure by its code, and a defect as internal", () =>
    Effect.gen(function* () {
      for (const reads of [Effect.fail(new Internal({ cause: "private" })), Effect.die("private")]) {
        for (const call of [[name, list, {}] as const, [name, get, uuid] as const]) {
          assert.deepEqual((yield* called(call, { reads })).reply, error("internal"))
        }
      }
    })
  )

  it.effect("tells what no schema of the world has as internal, and logs which read found it, but not what", () =>
    Effect.gen(function* () {
      for (const [member, given, read] of [
        [list, {}, "list"],
        [get, uuid, "get"]
      ] as const) {
        const reads = Effect.succeed({ private: "kept" } as never)
        const { logs, reply } = yield* called([name, member, given], { reads })
        assert.deepEqual(reply, error("internal"))
        assert.strictEqual(logs.length, 1)
        const [{ level, message } = { level: "", message: "" }] = logs
        assert.strictEqual(level, "ERROR")
        assert.include(inspect(message), "a host call failed")
        assert.include(inspect(message), `${name}.${read} found an impossible value`)
        assert.notInclude(inspect(message), "kept")
      }
    })
  )
})

describe("A call that the world does not have", () => {
  it.effect.each([
    [["clients", "dropClients"], "a function that the world does not have"],
    [["clients", "getClient", 5], "arguments of another type"],
    [["invoicing", "createManualInvoice", { clientId: 5, items: [] }], "arguments of another type"],
    [
      ["invoicing", "createManualInvoice", { ...billing, items: [{ ...item, discountType: "half" }] }],
      "arguments of another type"
    ],
    [["scheduler", "createSchedule", { cron: "* * * * *" }], "arguments of another type"],
    [["scheduler", "updateSchedule", "s", { enabled: "yes" }], "arguments of another type"],
    [["http", "fetch", { ...fetching, headers: [{ name: 5 }] }], "arguments of another type"]
  ] as const)("%j is a violation, which names no value", ([call, detail]) =>
    Effect.gen(function* () {
      const { asked, exit } = yield* called(call, { effective: everyCapability })
      const violation = exit !== undefined && Exit.isFailure(exit) ? Cause.squash(exit.cause) : null
      assert.instanceOf(violation, Wit.ProtocolViolation)
      assert.deepInclude(violation, { detail, message: "the guest broke the rules of its host" })
      assert.deepEqual(asked, [])
    })
  )

  it("is one of the known imports only where the package is its own", () => {
    assert.deepEqual([...Wit.knownImports].sort(), Wit.knownInterfaces.map((name) => `alga:extension/${name}`).sort())
  })
})
