import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Redacted, Schema } from "effect"
import { Authorization } from "../src/Authorization.ts"
import { BeforeWrite } from "../src/BeforeWrite.ts"
import { type CallError, NotAllowed } from "../src/CallError.ts"
import type { Capability } from "../src/Capability.ts"
import { DataSourceError } from "../src/DataSourceError.ts"
import { layerDeniedPorts } from "../src/DeniedPorts.ts"
import { GuardedHttpFetch } from "../src/GuardedHttpFetch.ts"
import { GuardedInvoicing } from "../src/GuardedInvoicing.ts"
import { type GuardedPorts, layerGuardedPorts } from "../src/GuardedPorts.ts"
import { GuardedScheduler } from "../src/GuardedScheduler.ts"
import { GuardedSecrets } from "../src/GuardedSecrets.ts"
import { GuardedStorage } from "../src/GuardedStorage.ts"
import { GuardedUiProxy } from "../src/GuardedUiProxy.ts"
import { HttpFetch, HttpFetchError } from "../src/HttpFetch.ts"
import { asExecution, type Invocation, type InvocationData } from "../src/Invocation.ts"
import { Invoicing, InvoicingError, noInvoice } from "../src/Invoicing.ts"
import { guardOf } from "../src/internal/guard.ts"
import { notChanged, notCreated, notDeleted, Scheduler, SchedulerError } from "../src/Scheduler.ts"
import { Secrets, SecretsError } from "../src/Secrets.ts"
import { Storage, StorageError } from "../src/Storage.ts"
import { UiProxy, UiProxyError } from "../src/UiProxy.ts"
import { failure, observed } from "./observed.ts"
import { access, extension, guardedReads, install, invocation, tenant, user } from "./ports.ts"

const written = {
  name: "test.write",
  span: "Test.write",
  access: "write",
  capability: "cap:ui.proxy",
  permission: null,
  errors: []
} as const

/** An error of no interface. */
class Unknown extends Schema.TaggedError<Unknown>()("Unknown", { code: Schema.String }) {}

type Failure = CallError | { readonly code: string }
type Call = Effect.Effect<unknown, Failure, Authorization | GuardedPorts | Invocation>

const text = (length: number) => "x".repeat(length)
const bytes = (length: number) => new Uint8Array(length)
const entry = { namespace: "private space", key: "private key", value: bytes(1), revision: null }
const request = { method: "POST", url: "https://private.example/", headers: [], body: bytes(1) }
const schedule = { endpoint: "/private", cron: "0 2 * * *", name: "private", payload: '{"a":"private"}' }
const item = { serviceId: "private", quantity: 1, description: "private", rate: 1 }
const invoice = { clientId: "private", items: [item], poNumber: "private" }

const secret = (key: string): Call => Effect.flatMap(GuardedSecrets, (secrets) => secrets.get(key))
const fetch = (change: object = {}): Call =>
  Effect.flatMap(GuardedHttpFetch, (http) => http.fetch({ ...request, ...change }))
const stored = (namespace: string, key: string): Call => Effect.flatMap(GuardedStorage, (it) => it.get(namespace, key))
const put = (change: object = {}): Call => Effect.flatMap(GuardedStorage, (it) => it.put({ ...entry, ...change }))
const removed = (namespace: string, key: string): Call =>
  Effect.flatMap(GuardedStorage, (it) => it.delete(namespace, key))
const listed = (namespace: string, cursor: string | null): Call =>
  Effect.flatMap(GuardedStorage, (it) => it.listEntries(namespace, cursor))
const route = (name: string, payload: Uint8Array | null = bytes(1)): Call =>
  Effect.flatMap(GuardedUiProxy, (proxy) => proxy.callRoute(name, payload))
const scheduled = (change: object = {}): Call =>
  Effect.flatMap(GuardedScheduler, (it) => it.createSchedule({ ...schedule, ...change }))
const found = (id: string): Call => Effect.flatMap(GuardedScheduler, (it) => it.getSchedule(id))
const changed = (id: string, change: object = {}): Call =>
  Effect.flatMap(GuardedScheduler, (it) => it.updateSchedule(id, change))
const unscheduled = (id: string): Call => Effect.flatMap(GuardedScheduler, (it) => it.deleteSchedule(id))
const billed = (change: object = {}): Call =>
  Effect.flatMap(GuardedInvoicing, (it) => it.createManualInvoice({ ...invoice, ...change }))
const billedFor = (change: object): Call => billed({ items: [{ ...item, ...change }] })

interface Operation {
  readonly name: string
  readonly span: string
  readonly capability: Capability
  readonly writes: boolean
  readonly count: number
  readonly call: Call
}

const storage = "cap:storage.kv"
const manage = "cap:scheduler.manage"
const operation = (
  name: string,
  span: string,
  capability: Capability,
  access: "reads" | "writes",
  count: number,
  call: Call
): Operation => ({ name, span, capability, writes: access === "writes", count, call })

const operations: ReadonlyArray<Operation> = [
  operation("secrets.get", "Secrets.get", "cap:secrets.get", "reads", 1, secret("private")),
  operation(
    "secrets.list-keys",
    "Secrets.listKeys",
    "cap:secrets.get",
    "reads",
    2,
    Effect.flatMap(GuardedSecrets, (secrets) => secrets.listKeys)
  ),
  operation("http.fetch", "HttpFetch.fetch", "cap:http.fetch", "writes", 1, fetch()),
  operation("storage.get", "Storage.get", storage, "reads", 1, stored("private", "private")),
  operation("storage.put", "Storage.put", storage, "writes", 1, put()),
  operation("storage.delete", "Storage.delete", storage, "writes", 1, removed("private", "private")),
  operation("storage.list-entries", "Storage.listEntries", storage, "reads", 2, listed("private", "cursor")),
  operation("ui-proxy.call-route", "UiProxy.callRoute", "cap:ui.proxy", "writes", 1, route("/private")),
  operation(
    "scheduler.list-schedules",
    "Scheduler.listSchedules",
    manage,
    "reads",
    0,
    Effect.flatMap(GuardedScheduler, (it) => it.listSchedules)
  ),
  operation("scheduler.get-schedule", "Scheduler.getSchedule", manage, "reads", 0, found("private")),
  operation("scheduler.create-schedule", "Scheduler.createSchedule", manage, "writes", 1, scheduled()),
  operation("scheduler.update-schedule", "Scheduler.updateSchedule", manage, "writes", 1, changed("private")),
  operation("scheduler.delete-schedule", "Scheduler.deleteSchedule", manage, "writes", 1, unscheduled("private")),
  operation(
    "scheduler.get-endpoints",
    "Scheduler.getEndpoints",
    manage,
    "reads",
    0,
    Effect.flatMap(GuardedScheduler, (it) => it.getEndpoints)
  ),
  operation(
    "invoicing.create-manual-invoice",
    "Invoicing.createManualInvoice",
    "cap:invoice.manual.create",
    "writes",
    1,
    billed()
  )
]

const done = { success: true, error: null, fieldErrors: null }
const response = { status: 200, headers: [{ name: "private", value: "private" }], body: bytes(1) }
const made = { ...noInvoice("private"), success: true, error: null, invoiceNumber: "private" }

const guardedOver = (capabilities: ReadonlyArray<Capability>, ports: typeof layerDeniedPorts) => {
  const gate = () => Effect.succeed(access({ capabilities: new Set(capabilities) }))
  const { calls, layer } = guardedReads({ gate })
  return { calls, layer: Layer.provideMerge(Layer.provide(layerGuardedPorts, ports), layer) }
}

/** The guarded ports over ports that note what they are asked, and answer as told where something is told. */
const portsOver = (capabilities: ReadonlyArray<Capability>, told?: Effect.Effect<never, never>) => {
  const asked: Array<string> = []
  const handed: Array<unknown> = []
  const answer =
    <A>(name: string, value: A) =>
    (...args: ReadonlyArray<unknown>): Effect.Effect<A> =>
      Effect.suspend(() => {
        asked.push(name)
        handed.push(...args)
        return told ?? Effect.succeed(value)
      })
  const ports = Layer.mergeAll(
    Layer.succeed(Secrets, {
      get: answer("secrets.get", "private"),
      listKeys: answer("secrets.list-keys", ["private", "other"])()
    }),
    Layer.succeed(HttpFetch, { fetch: answer("http.fetch", response) }),
    Layer.succeed(Storage, {
      get: answer("storage.get", entry),
      put: answer("storage.put", entry),
      delete: answer("storage.delete", undefined),
      listEntries: answer("storage.list-entries", [entry, entry])
    }),
    Layer.succeed(UiProxy, { callRoute: answer("ui-proxy.call-route", bytes(1)) }),
    Layer.succeed(Scheduler, {
      listSchedules: answer("scheduler.list-schedules", [])(),
      getSchedule: answer("scheduler.get-schedule", null),
      createSchedule: answer("scheduler.create-schedule", { ...done, scheduleId: "private" }),
      updateSchedule: answer("scheduler.update-schedule", done),
      deleteSchedule: answer("scheduler.delete-schedule", { success: true, error: null }),
      getEndpoints: answer("scheduler.get-endpoints", [])()
    }),
    Layer.succeed(Invoicing, { createManualInvoice: answer("invoicing.create-manual-invoice", made) })
  )
  return { asked, handed, ...guardedOver(capabilities, ports) }
}

const settings = Redacted.make({ config: { a: "private" }, secretEnvelope: { b: "private" } })

const ran = (
  call: Call,
  capabilities: ReadonlyArray<Capability>,
  told?: Effect.Effect<never, never>,
  of: InvocationData = invocation(user, { settings, trigger: "webhook" })
) => {
  const { asked, calls, handed, layer } = portsOver(capabilities, told)
  const used = Effect.flatMap(Authorization, (authorization) => authorization.used)
  const whole = Effect.all({ exit: Effect.exit(call), used: Effect.suspend(() => used) }).pipe(
    asExecution(of),
    Effect.provide(layer)
  )
  return Effect.map(observed(whole), ({ exit, ...seen }) => {
    assert(exit._tag === "Success")
    return { ...seen, asked, calls, handed, exit: exit.value.exit, used: exit.value.used }
  })
}

/** What each operation is asked above, as its port takes it. */
const handedOn: Readonly<Record<string, ReadonlyArray<unknown>>> = {
  "secrets.get": ["private"],
  "secrets.list-keys": [],
  "http.fetch": [request],
  "storage.get": ["private", "private"],
  "storage.put": [entry],
  "storage.delete": ["private", "private"],
  "storage.list-entries": ["private", "cursor"],
  "ui-proxy.call-route": ["/private", bytes(1)],
  "scheduler.list-schedules": [],
  "scheduler.get-schedule": ["private"],
  "scheduler.create-schedule": [schedule],
  "scheduler.update-schedule": ["private", {}],
  "scheduler.delete-schedule": ["private"],
  "scheduler.get-endpoints": [],
  "invoicing.create-manual-invoice": [invoice]
}

const everything = [...new Set(operations.map(({ capability }) => capability))]

describe.each(operations)("$name", ({ call, capability, count, name, span, writes }) => {
  it.effect("asks its port where its capability is effective, whoever the user is", () =>
    Effect.gen(function* () {
      for (const caller of [invocation(), invocation(null)]) {
        const { asked, calls, exit, used } = yield* ran(call, [capability], undefined, caller)
        assert.deepEqual([exit._tag, asked, calls.map(([port]) => port)], ["Success", [name], ["gate"]])
        assert.deepEqual([used.capabilities, used.permissions], [[capability], []])
      }
    })
  )

  it.effect("hands its port all that it was asked", () =>
    Effect.gen(function* () {
      const { handed } = yield* ran(call, [capability])
      assert.deepEqual(handed, handedOn[name])
    })
  )

  it.effect("asks nobody where only the other capabilities are effective", () =>
    Effect.gen(function* () {
      const others = everything.filter((other) => other !== capability)
      const { asked, exit, lines } = yield* ran(call, others)
      const error = failure(exit)
      assert.deepEqual([asked, error?.code], [[], "not-allowed"])
      const outcomes = lines.map(({ fields, level }) => [level, fields["outcome"], fields["missing"]])
      assert.deepEqual(outcomes, [["Warn", "capability-denied", capability]])
    })
  )

  it.effect("writes one line that names the call and the execution, and has one span", () =>
    Effect.gen(function* () {
      const { lines, spans } = yield* ran(call, [capability])
      const fields = {
        ...{ operation: name, outcome: "ok", capability, tenant, extension, install, version: access().versionId },
        ...{ contentHash: "0".repeat(64), user, trigger: "webhook", requestId: "request-1" },
        ...{ resultCount: count, durationMs: 0, time: "1970-01-01T00:00:00.000Z" }
      }
      assert.deepEqual(lines, [{ level: "Info", message: ["host call"], fields }])
      assert.deepEqual(spans, [{ name: span, attributes: { operation: name, outcome: "ok" } }])
    })
  )

  it.effect("is counted and timed by its name and outcome", () =>
    Effect.gen(function* () {
      const { metrics } = yield* ran(call, [capability])
      assert.deepEqual(
        metrics.map(({ attributes, id }) => [id, attributes]),
        [
          ["alga_extension_host_calls_total", { operation: name, outcome: "ok" }],
          ["alga_extension_host_call_duration_seconds", { operation: name, outcome: "ok" }]
        ]
      )
    })
  )

  it.effect(
    `says of its execution that it ${writes ? "wrote" : "wrote nothing"}, and nothing where it was denied`,
    () =>
      Effect.gen(function* () {
        const answered = yield* ran(call, [capability])
        const failed = yield* ran(call, [capability], Effect.die("private"))
        const denied = yield* ran(call, [])
        assert.deepEqual(
          [answered, failed, denied].map(({ used }) => used.wrote === true),
          [writes, writes, false]
        )
      })
  )

  it.effect("answers a defect of its port as internal, with its cause in the one line", () =>
    Effect.gen(function* () {
      const defect = new Error("broken")
      const { exit, lines } = yield* ran(call, [capability], Effect.die(defect))
      assert.deepEqual(failure(exit)?.code, "internal")
      assert.deepEqual(
        lines.map(({ fields, level, message }) => [level, message, fields["outcome"]]),
        [["Error", ["host call", defect], "internal"]]
      )
    })
  )

  it.effect("answers an error that is not of its interface as internal, with its cause in the one line", () =>
    Effect.gen(function* () {
      const foreign = [new NotAllowed({ reason: "rbac", missing: "private" }), new Unknown({ code: "denied" })]
      for (const error of foreign) {
        const { exit, lines } = yield* ran(call, [capability], Effect.fail(error) as Effect.Effect<never>)
        assert.deepEqual(failure(exit)?.code, "internal")
        assert.deepEqual(
          lines.map(({ fields, message }) => [message, fields["outcome"]]),
          [[["host call", error], "internal"]]
        )
      }
    })
  )

  it.effect("leaves nothing that it was given, gave or carries in a line, a span or a metric", () =>
    Effect.gen(function* () {
      const runs = [yield* ran(call, [capability]), yield* ran(call, []), yield* ran(call, [capability], Effect.die(1))]
      for (const { lines, metrics, spans } of runs) {
        assert.notMatch(JSON.stringify([lines, spans, metrics.map((it) => [it.id, it.attributes])]), /private/i)
      }
    })
  )
})

/** The codes of each interface's own errors. */
const codes = {
  secrets: ["missing", "denied", "expired", "internal"],
  http: ["invalid-url", "not-allowed", "transport", "internal"],
  storage: ["missing", "conflict", "denied", "internal"],
  "ui-proxy": ["route-not-found", "denied", "bad-request", "internal"],
  scheduler: ["not-found", "validation-failed", "quota-exceeded", "denied", "internal"],
  invoicing: ["denied", "internal"]
}

const errorClasses = {
  secrets: SecretsError,
  http: HttpFetchError,
  storage: StorageError,
  "ui-proxy": UiProxyError,
  scheduler: SchedulerError,
  invoicing: InvoicingError
}

it("An interface's own error has these codes and no others", () => {
  assert.deepEqual<object>(
    Object.fromEntries(Object.entries(errorClasses).map(([name, { fields }]) => [name, fields.code.literals])),
    codes
  )
})

it.effect("Each outcome that an operation of a port can have is counted from 0 before the first call", () =>
  Effect.gen(function* () {
    const { unmoved } = yield* observed(Effect.void.pipe(Effect.provide(guardedOver([], layerDeniedPorts).layer)))
    const refusing = ["create-schedule", "update-schedule", "delete-schedule"].map((name) => `scheduler.${name}`)
    const usual = ["ok", "capability-denied", "invalid-input", "internal", "interrupted"]
    for (const { name } of operations) {
      const counted = unmoved.flatMap(({ attributes }) =>
        attributes?.["operation"] === name ? [attributes["outcome"]] : []
      )
      const own = codes[name.slice(0, name.indexOf(".")) as keyof typeof codes]
      const refused = [...refusing, "invoicing.create-manual-invoice"].includes(name) ? ["refused"] : []
      assert.sameMembers(counted, [...new Set([...usual, ...refused, ...own])], name)
    }
  })
)

describe("An answer that nothing was done", () => {
  it("has the error, the messages of fields where there are any, and nothing of what was asked for", () => {
    assert.deepEqual(notDeleted("no"), { success: false, error: "no" })
    const refused = { success: false, error: "no" }
    const none = { invoiceId: null, invoiceNumber: null, status: null, subtotal: null, tax: null, total: null }
    for (const [fieldErrors, given] of [
      [null, []],
      ['{"a":"b"}', ['{"a":"b"}']]
    ] as const) {
      assert.deepEqual(notChanged("no", ...given), { ...refused, fieldErrors })
      assert.deepEqual(notCreated("no", ...given), { ...refused, fieldErrors, scheduleId: null })
      assert.deepEqual(noInvoice("no", ...given), { ...refused, fieldErrors, ...none })
    }
  })
})

describe("A call that may write", () => {
  it.effect("is one that is not in the list of those that may be repeated", () =>
    Effect.gen(function* () {
      const wrote = (call: Call) => Effect.map(ran(call, everything), ({ used }) => used.wrote === true)
      const repeatable = [fetch({ method: "GET" }), fetch({ method: "HEAD" }), route("/a", null)]
      const others = [
        ...["POST", "PUT", "DELETE", "OPTIONS", "get", "head", "GET "].map((method) => fetch({ method })),
        route("/a", bytes(0)),
        put(),
        // A handler that runs again reads the new revision first, and so writes again.
        ...[0n, 7n].map((revision) => put({ revision }))
      ]
      assert.deepEqual(yield* Effect.forEach(repeatable, wrote), [false, false, false])
      assert.deepEqual(yield* Effect.forEach(others, wrote), Array(11).fill(true))
    })
  )

  it.effect("is one whose access is anything but read", () =>
    Effect.gen(function* () {
      const ofAccess = (access: string) => {
        const operation = { ...written, access: access as "write" }
        const call: Call = Effect.flatMap(guardOf([operation]), (guarded) =>
          guarded(operation, { input: Effect.void, run: () => Effect.void, count: () => 1 })
        )
        return Effect.map(ran(call, everything), ({ exit, used }) => [exit._tag, used.wrote === true])
      }
      assert.deepEqual(yield* Effect.forEach(["read", "write", "delete"], ofAccess), [
        ["Success", false],
        ["Success", true],
        ["Success", true]
      ])
    })
  )

  it.effect("is told of before the first of an execution, and is not made where that fails", () =>
    Effect.gen(function* () {
      const told: Array<string> = []
      const noting = Effect.sync(() => void told.push("told"))
      const calls = Effect.all([found("s1"), put(), put(), put({ revision: 1n })])
      const { asked, exit } = yield* ran(calls, everything).pipe(Effect.provideService(BeforeWrite, noting))
      assert.deepEqual([exit._tag, told], ["Success", ["told"]])
      assert.deepEqual(asked, ["scheduler.get-schedule", "storage.put", "storage.put", "storage.put"])
      const failing = Effect.provideService(BeforeWrite, Effect.fail("no"))
      const refused = yield* failing(ran(put(), everything))
      assert.deepEqual([refused.asked, failure(refused.exit)?.code, refused.used.wrote], [[], "internal", undefined])
      const read = yield* failing(ran(found("s1"), everything))
      assert.deepEqual(read.exit._tag, "Success")
    })
  )
})

describe("A source of data that cannot be reached", () => {
  it.effect("is noted of its execution, and no other fault is", () =>
    Effect.gen(function* () {
      const unread = (error: object) =>
        Effect.map(
          ran(found("s1"), everything, Effect.fail(error) as Effect.Effect<never, never>),
          ({ used }) => used.unread
        )
      const source = (reason: DataSourceError["reason"]) =>
        new DataSourceError({ reason, operation: "test", cause: new Error("why") })
      assert.deepEqual([yield* unread(source("unavailable")), yield* unread(source("timeout"))], [true, true])
      const others = [
        source("failed"),
        source("corrupt"),
        new SchedulerError({ code: "internal" }),
        new SchedulerError({ code: "internal", cause: source("unavailable") }),
        new Error("why"),
        Object.assign(new Error("why"), { retryable: true })
      ]
      assert.deepEqual(yield* Effect.forEach(others, unread), Array(others.length).fill(undefined))
    })
  )
})

describe("A port that nobody opens", () => {
  const listKeys = "secrets.list-keys"

  it.effect.each(operations.filter(({ name }) => name !== listKeys))(
    "denies $name, whoever may call it",
    ({ call, capability, name }) =>
      Effect.gen(function* () {
        const { layer } = guardedOver([capability], layerDeniedPorts)
        const { exit, lines } = yield* observed(call.pipe(asExecution(invocation()), Effect.provide(layer)))
        const code = name === "http.fetch" ? "not-allowed" : "denied"
        assert.deepEqual(failure(exit)?.code, code)
        const [port] = name.split(".")
        assert.deepEqual(
          lines.map(({ fields, level, message }) => [level, fields["outcome"], fields["why"], message]),
          [["Warn", code, `this host offers no ${port}`, ["host call"]]]
        )
      })
  )

  it.effect("has no secret to list, as the world has no error for that", () =>
    Effect.gen(function* () {
      const { layer } = guardedOver(["cap:secrets.get"], layerDeniedPorts)
      const keys = Effect.flatMap(GuardedSecrets, (secrets) => secrets.listKeys)
      assert.deepEqual(yield* keys.pipe(asExecution(invocation()), Effect.provide(layer)), [])
    })
  )
})

describe("A schedule that is there", () => {
  it.effect("is counted as one record", () =>
    Effect.gen(function* () {
      const times = { lastRunAt: null, lastRunStatus: null, lastError: null, createdAt: null }
      const how = { endpointPath: "/", endpointMethod: "GET", name: null, cron: "0 2 * * *", timezone: "UTC" }
      const kept = { id: "s1", ...how, enabled: true, payload: null, ...times }
      const denied = yield* Effect.provide(Scheduler, layerDeniedPorts)
      const ports = Layer.merge(
        layerDeniedPorts,
        Layer.succeed(Scheduler, { ...denied, getSchedule: () => Effect.succeed(kept) })
      )
      const { layer } = guardedOver([manage], ports)
      const { lines } = yield* observed(found("s1").pipe(asExecution(invocation()), Effect.provide(layer)))
      assert.deepEqual(
        lines.map(({ fields }) => [fields["outcome"], fields["resultCount"]]),
        [["ok", 1]]
      )
    })
  )
})

describe("Input of a port", () => {
  const nul = "must not contain a NUL character"
  const anObject = "must be an object"
  const oneDiscount = "[0].discountType must be percentage or fixed"
  const nothing = null as never
  const rules: ReadonlyArray<readonly [good: Call, bad: Call, field: string, why: string]> = [
    [secret(text(1)), secret(""), "key", "must be 1 to 256 characters"],
    [secret(text(256)), secret(text(257)), "key", "must be 1 to 256 characters"],
    [secret("a"), secret("a\0"), "key", nul],
    [fetch({ method: text(32) }), fetch({ method: text(33) }), "method", "must be 1 to 32 characters"],
    [fetch({ url: text(8_192) }), fetch({ url: text(8_193) }), "url", "must be 1 to 8192 characters"],
    [fetch(), fetch({ url: "https://a.example/\0" }), "url", nul],
    [
      fetch({ headers: Array(100).fill({ name: "a", value: "" }) }),
      fetch({ headers: Array(101).fill({ name: "a", value: "" }) }),
      "headers",
      "must be at most 100"
    ],
    [
      fetch({ headers: Array(4).fill({ name: "a", value: text(16_383) }) }),
      fetch({ headers: [...Array(4).fill({ name: "a", value: text(16_383) }), { name: "a", value: "" }] }),
      "headers",
      "must be at most 65536 characters together"
    ],
    [
      fetch({ headers: [{ name: "a", value: "b" }] }),
      fetch({ headers: [{ name: "a", value: "\0" }] }),
      "headers",
      `[0].value ${nul}`
    ],
    [stored(text(128), "k"), stored(text(129), "k"), "namespace", "must be 1 to 128 characters"],
    [stored("n", text(256)), stored("n", text(257)), "key", "must be 1 to 256 characters"],
    [stored("n", "a.b"), stored("n", "a/b"), "key", "must not contain a /"],
    [removed("n", "k"), removed("n", ""), "key", "must be 1 to 256 characters"],
    [put(), put({ namespace: "" }), "namespace", "must be 1 to 128 characters"],
    [put({ value: bytes(49_149) }), put({ value: bytes(49_150) }), "value", "must be at most 49149 bytes"],
    [put({ revision: 0n }), put({ revision: -1n }), "revision", "must be at least 0"],
    [listed("n", text(4_096)), listed("n", text(4_097)), "cursor", "must be 1 to 4096 characters"],
    [listed("n", null), listed("", null), "namespace", "must be 1 to 128 characters"],
    [route(text(2_048)), route(text(2_049)), "route", "must be 1 to 2048 characters"],
    [route("/"), route("/\0"), "route", nul],
    [found(text(64)), found(text(65)), "scheduleId", "must be 1 to 64 characters"],
    [unscheduled("a"), unscheduled(""), "scheduleId", "must be 1 to 64 characters"],
    [changed("a"), changed(""), "scheduleId", "must be 1 to 64 characters"],
    [scheduled(), scheduled({ endpoint: "" }), "endpoint", "must be 1 to 2048 characters"],
    [scheduled({ cron: text(200) }), scheduled({ cron: text(201) }), "cron", "must be 1 to 200 characters"],
    [scheduled({ timezone: text(100) }), scheduled({ timezone: text(101) }), "timezone", "must be 1 to 100 characters"],
    [scheduled({ name: text(255) }), scheduled({ name: text(256) }), "name", "must be at most 255 characters"],
    [scheduled({ payload: "[]" }), scheduled({ payload: "7" }), "payload", "must be valid JSON object or array"],
    [scheduled({ payload: null }), scheduled({ payload: "null" }), "payload", "must be valid JSON object or array"],
    [scheduled({ payload: '{"a":1}' }), scheduled({ payload: "{" }), "payload", "must be valid JSON object or array"],
    [changed("a", { payload: "" }), scheduled({ payload: "" }), "payload", "must be valid JSON object or array"],
    [
      changed("a", { payload: `["${text(99_996)}"]` }),
      changed("a", { payload: `["${text(99_997)}"]` }),
      "payload",
      "must be at most 100000 characters"
    ],
    [changed("a", { payload: "[]" }), changed("a", { payload: "7" }), "payload", "must be valid JSON object or array"],
    [changed("a", {}), changed("a", nothing), "input", anObject],
    [scheduled(), Effect.flatMap(GuardedScheduler, (it) => it.createSchedule(nothing)), "input", anObject],
    [billed(), Effect.flatMap(GuardedInvoicing, (it) => it.createManualInvoice(nothing)), "input", anObject],
    [fetch(), Effect.flatMap(GuardedHttpFetch, (it) => it.fetch(nothing)), "request", anObject],
    [put(), Effect.flatMap(GuardedStorage, (it) => it.put(nothing)), "entry", anObject],
    [billedFor({ discountType: "percentage" }), billedFor({ discountType: false }), "items", oneDiscount],
    [billedFor({ discountType: "fixed" }), billedFor({ discountType: 1 }), "items", oneDiscount],
    [billedFor({ discountType: "fixed" }), billedFor({ discountType: "half" }), "items", oneDiscount],
    [billedFor({ serviceId: "a" }), billedFor({ serviceId: undefined }), "items", "[0].serviceId must be text"],
    [billed({ clientId: text(64) }), billed({ clientId: text(65) }), "clientId", "must be 1 to 64 characters"],
    [
      billed({ items: Array(500).fill(item) }),
      billed({ items: Array(501).fill(item) }),
      "items",
      "must be at most 500 items"
    ],
    [billedFor({ rate: -1.5 }), billedFor({ rate: Number.NaN }), "items", "[0].rate must be a number"],
    [
      billedFor({ quantity: 0 }),
      billedFor({ quantity: Number.POSITIVE_INFINITY }),
      "items",
      "[0].quantity must be a number"
    ],
    [
      billedFor({ description: text(5_000) }),
      billedFor({ description: text(5_001) }),
      "items",
      "[0].description must be at most 5000 characters"
    ],
    [billed({ poNumber: text(255) }), billed({ poNumber: text(256) }), "poNumber", "must be at most 255 characters"]
  ]

  it.effect.each(rules.map((rule, at) => [at, ...rule] as const))(
    "reaches it within a rule, and not beyond it (%i)",
    ([, good, bad, field, why]) =>
      Effect.gen(function* () {
        const within = yield* ran(good, everything)
        assert.deepEqual([within.exit._tag, within.asked.length], ["Success", 1])
        const beyond = yield* ran(bad, everything)
        const error = failure(beyond.exit)
        assert.deepEqual([beyond.asked, error?.code, beyond.used.wrote], [[], "invalid-input", undefined])
        assert.deepInclude(error, { field, why })
        assert.deepEqual(
          beyond.lines.map(({ fields }) => [fields["outcome"], fields["field"], fields["why"]]),
          [["invalid-input", field, why]]
        )
      })
  )

  it.effect("is not looked at where the capability is missing", () =>
    Effect.gen(function* () {
      const { exit } = yield* ran(secret(""), [])
      assert.strictEqual(failure(exit)?.code, "not-allowed")
    })
  )
})

describe("An error of a port's own", () => {
  const tell = (error: object) => Effect.fail(error) as unknown as Effect.Effect<never, never>
  const cause = new Error("why")

  it.effect.each([
    [secret("a"), new SecretsError({ code: "missing" }), "Info", []],
    [secret("a"), new SecretsError({ code: "denied" }), "Warn", []],
    [put(), new StorageError({ code: "conflict" }), "Info", []],
    [put(), new StorageError({ code: "internal", cause }), "Error", [cause]],
    [route("/a"), new UiProxyError({ code: "route-not-found" }), "Info", []],
    [found("a"), new SchedulerError({ code: "quota-exceeded" }), "Info", []]
  ] as const)("is the outcome of the call (%#)", ([call, error, level, causes]) =>
    Effect.gen(function* () {
      const { exit, lines } = yield* ran(call, everything, tell(error))
      assert.strictEqual(failure(exit), error)
      assert.deepEqual(
        lines.map(({ fields, level, message }) => [fields["outcome"], level, message]),
        [[error.code, level, ["host call", ...causes]]]
      )
    })
  )

  it.effect.each([
    [scheduled(), notCreated("no")],
    [changed("a"), notChanged("no")],
    [unscheduled("a"), notDeleted("no")],
    [billed(), noInvoice("no")]
  ] as const)("is refused where the answer says that nothing was done (%#)", ([call, answer]) =>
    Effect.gen(function* () {
      const { exit, lines } = yield* ran(call, everything, Effect.succeed(answer) as unknown as Effect.Effect<never>)
      assert(exit._tag === "Success")
      assert.deepEqual(exit.value as object, answer)
      assert.deepEqual(
        lines.map(({ fields, level }) => [fields["outcome"], level, fields["resultCount"]]),
        [["refused", "Info", undefined]]
      )
    })
  )
})
