import { only, scenario } from "@alga-psa/ext-adapters-memory/contract/GuardedScenario"
import {
  Internal,
  InvalidInput,
  Invoicing,
  layerDeniedPorts,
  NotAllowed,
  noInvoice,
  notChanged,
  notCreated,
  notDeleted,
  ReadErrorCode,
  Scheduler,
  Secrets,
  Storage
} from "@alga-psa/ext-domain"
import { assert, describe, it, layer } from "@effect/vitest"
import { Effect, Layer, Metric } from "effect"
import { error, ok } from "../src/HostCall.ts"
import { reply } from "../src/internal/imports/hostFunction.ts"
import { hostCall, importsOver, logsOf } from "./support/Imports.ts"

const gatedCapabilities = [
  "cap:secrets.get",
  "cap:http.fetch",
  "cap:storage.kv",
  "cap:ui.proxy",
  "cap:scheduler.manage",
  "cap:invoice.manual.create"
]
const everything = { declared: gatedCapabilities, granted_caps: gatedCapabilities }

const entry = { namespace: "n", key: "k", value: new Uint8Array([1]), revision: null }
const request = { method: "GET", url: "https://example.com", headers: [], body: null }
const schedule = { endpoint: "e", cron: "* * * * *", timezone: null, enabled: null, name: null, payload: null }
const invoice = { clientId: "c", items: [], invoiceDate: null, dueDate: null, poNumber: null }

const [noScheduler, noInvoicing] = ["this host offers no scheduler", "this host offers no invoicing"]

const refusals = [
  { call: ["secrets", "get", "k"], answer: error("denied") },
  { call: ["secrets", "listKeys"], answer: ok([]) },
  { call: ["http", "fetch", request], answer: error("not-allowed") },
  { call: ["storage", "get", "n", "k"], answer: error("denied") },
  { call: ["storage", "put", entry], answer: error("denied") },
  { call: ["storage", "delete", "n", "k"], answer: error("denied") },
  { call: ["storage", "listEntries", "n", null], answer: error("denied") },
  { call: ["ui-proxy", "callRoute", "/r", null], answer: error("denied") },
  { call: ["scheduler", "listSchedules"], answer: error("denied") },
  { call: ["scheduler", "getSchedule", "s"], answer: error("denied") },
  { call: ["scheduler", "createSchedule", schedule], answer: ok(notCreated(noScheduler)) },
  { call: ["scheduler", "updateSchedule", "s", schedule], answer: ok(notChanged(noScheduler)) },
  { call: ["scheduler", "deleteSchedule", "s"], answer: ok(notDeleted(noScheduler)) },
  { call: ["scheduler", "getEndpoints"], answer: error("denied") },
  { call: ["invoicing", "createManualInvoice", invoice], answer: ok(noInvoice(noInvoicing)) }
] as const

layer(importsOver(layerDeniedPorts))("HostImports without a port beside the reads", (it) => {
  it.effect.each(refusals)(
    "answer $call with the interface's own refusal, and say what is not there",
    ({ call, answer }) =>
      Effect.gen(function* () {
        const [name, member, ...args] = call
        const { as } = yield* scenario(everything)
        assert.deepEqual(yield* as()(hostCall(name, member, ...args)), answer)
      })
  )

  it.effect.each(refusals)("answer $call no more than that it is denied where it was not granted", ({ call, answer }) =>
    Effect.gen(function* () {
      const [name, member, ...args] = call
      const { as } = yield* scenario({ declared: [] })
      const denied = JSON.parse(JSON.stringify(answer).replace(/this host offers no \w+/, "denied"))
      assert.deepEqual(yield* as()(hostCall(name, member, ...args)), denied)
    })
  )
})

describe("HostImports before the first call", () => {
  it.effect("count at 0 what every install may call, with each outcome that it can have", () =>
    Effect.gen(function* () {
      const built = Effect.provide(Metric.snapshot, importsOver(layerDeniedPorts))
      const metrics = yield* Effect.provideService(built, Metric.MetricRegistry, new Map())
      const usual = ["ok", "internal", "interrupted"]
      const expected = {
        "context.get-context": usual,
        "logging.log-info": usual,
        "logging.log-warn": usual,
        "logging.log-error": usual,
        "user.get-user": [...usual, "not-available"],
        "user-v2.get-user": [...usual, "not-available"]
      }
      const found = metrics.flatMap(({ attributes, id, state }) => {
        const { operation = "", outcome } = attributes ?? {}
        const isOpen =
          id === "alga_extension_host_calls_total" && /^(context|logging|user|user-v2)\.|^$/.test(operation)
        return isOpen ? [[operation, outcome, state]] : []
      })
      const atZero = { count: 0, incremental: true }
      assert.sameDeepMembers(
        found,
        Object.entries(expected).flatMap(([operation, outcomes]) => outcomes.map((one) => [operation, one, atZero]))
      )
    })
  )
})

const asked: Array<string> = []
const note = (what: string) =>
  Effect.sync(() => {
    asked.push(what)
  })

const openPorts = Layer.mergeAll(
  layerDeniedPorts,
  Layer.succeed(Secrets, { get: (key) => Effect.as(note(`secret ${key}`), "s3cret"), listKeys: Effect.succeed(["k"]) }),
  Layer.succeed(Storage, {
    get: () => Effect.succeed({ ...entry, revision: 3n }),
    put: (given) => Effect.succeed({ ...given, revision: (given.revision ?? 0n) + 1n }),
    delete: () => Effect.void,
    listEntries: () => Effect.die(new Error("a defect"))
  }),
  Layer.succeed(Scheduler, {
    listSchedules: Effect.succeed([]),
    getSchedule: () => Effect.succeed(null),
    createSchedule: () => Effect.die(new Error("a defect")),
    updateSchedule: () => Effect.succeed(notChanged("not here")),
    deleteSchedule: () => Effect.succeed(notDeleted("not here")),
    getEndpoints: Effect.succeed([])
  }),
  Layer.succeed(Invoicing, { createManualInvoice: () => Effect.die(new Error("a defect")) })
)

layer(importsOver(openPorts))("HostImports with ports", (it) => {
  it.effect("reach a port where the capability is declared and granted, and never elsewhere", () =>
    Effect.gen(function* () {
      const effective = yield* scenario(everything)
      const undeclared = yield* scenario({ declared: [], granted_caps: gatedCapabilities })
      const ungranted = yield* scenario({ declared: gatedCapabilities, granted_caps: [] })
      const disabled = yield* scenario({ ...everything, is_enabled: false })
      const suspended = yield* scenario({ ...everything, suspended: true })
      for (const { as } of [undeclared, ungranted, disabled, suspended]) {
        assert.deepEqual(yield* as()(hostCall("secrets", "get", "k")), error("denied"))
        assert.deepEqual(yield* as()(hostCall("secrets", "listKeys")), ok([]))
      }
      const restricted = effective.as(null, { restrictTo: only("cap:client.read") })
      assert.deepEqual(yield* restricted(hostCall("secrets", "get", "k")), error("denied"))
      assert.deepEqual(asked, [])
      assert.deepEqual(yield* effective.as()(hostCall("secrets", "get", "k")), ok("s3cret"))
      assert.deepEqual(yield* effective.as()(hostCall("secrets", "listKeys")), ok(["k"]))
      assert.deepEqual(asked, ["secret k"])
    })
  )

  it.effect("hand values and revisions over", () =>
    Effect.gen(function* () {
      const { as } = yield* scenario(everything)
      assert.deepEqual(yield* as()(hostCall("storage", "get", "n", "k")), ok({ ...entry, revision: 3n }))
      const put = hostCall("storage", "put", { ...entry, revision: 3n })
      assert.deepEqual(yield* as()(put), ok({ ...entry, revision: 4n }))
    })
  )

  it.effect.each([
    { call: ["storage", "listEntries", "n", null], answer: error("internal") },
    { call: ["scheduler", "createSchedule", schedule], answer: ok(notCreated("internal")) },
    { call: ["invoicing", "createManualInvoice", invoice], answer: ok(noInvoice("internal")) }
  ] as const)("answer a defect of a port to $call as internal and log it", ({ call, answer }) =>
    Effect.gen(function* () {
      const { as } = yield* scenario(everything)
      const [name, member, ...args] = call
      const logs = yield* logsOf(
        Effect.map(as()(hostCall(name, member, ...args)), (reply) => assert.deepEqual(reply, answer))
      )
      assert.deepEqual(
        logs.map(({ level }) => level),
        ["ERROR"]
      )
    })
  )

  it.effect("tell the execution's context and user, and nothing that the guest says", () =>
    Effect.gen(function* () {
      const { as, invocation, staff } = yield* scenario()
      const user = yield* staff()
      const { tenantId, extensionId, installId, versionId } = invocation()
      const execution = as(user, { requestId: "r-1" })
      assert.deepEqual(
        yield* execution(hostCall("context", "getContext")),
        ok({ requestId: "r-1", tenantId, extensionId, installId, versionId })
      )
      const data = {
        tenantId,
        clientName: "Evergreen",
        userId: user,
        userEmail: "someone@example.com",
        userName: "Someone",
        userType: "internal"
      }
      assert.deepEqual(yield* execution(hostCall("user", "getUser")), ok(data))
      assert.deepEqual(
        yield* execution(hostCall("user-v2", "getUser")),
        ok({ ...data, clientId: null, additionalFields: [] })
      )
    })
  )

  it.effect.each([
    [["context", "getContext"], "context.get-context", "ok"],
    [["logging", "logInfo", "a"], "logging.log-info", "ok"],
    [["logging", "logWarn", "a"], "logging.log-warn", "ok"],
    [["logging", "logError", "a"], "logging.log-error", "ok"],
    [["user", "getUser"], "user.get-user", "not-available"],
    [["user-v2", "getUser"], "user-v2.get-user", "not-available"]
  ] as const)("count and time %j, and write no line of their own", ([[name, member, ...args], operation, outcome]) =>
    Effect.gen(function* () {
      const { as } = yield* scenario()
      const call = Effect.andThen(as()(hostCall(name, member, ...args)), Metric.snapshot)
      let metrics: ReadonlyArray<Metric.Metric.Snapshot> = []
      const logs = yield* logsOf(
        Effect.map(Effect.provideService(call, Metric.MetricRegistry, new Map()), (snapshot) => {
          metrics = snapshot
        })
      )
      const labels = { operation, outcome }
      assert.deepEqual(
        metrics.map(({ attributes, id }) => [id, attributes]),
        [
          ["alga_extension_host_calls_total", labels],
          ["alga_extension_host_call_duration_seconds", labels]
        ]
      )
      assert.isFalse(logs.some(({ message }) => String(message).includes("host call")))
    })
  )

  it.effect.each(["user", "user-v2"])("tell through %s that no user is there", (name) =>
    Effect.gen(function* () {
      const { as } = yield* scenario()
      assert.deepEqual(yield* as()(hostCall(name, "getUser")), error("not-available"))
    })
  )

  it.effect.each([
    { call: ["clients", "listClients", {}], outcome: "a reply" },
    { call: ["clients", "listClients", { page: 4_294_967_295 }], outcome: "a reply" },
    { call: ["clients", "listClients", { page: -1 }], outcome: "a violation" },
    { call: ["clients", "listClients", { page: 1.5 }], outcome: "a violation" },
    { call: ["clients", "listClients", { search: 7 }], outcome: "a violation" },
    { call: ["clients", "listClients", null], outcome: "a violation" },
    { call: ["clients", "listClients"], outcome: "a violation" },
    { call: ["clients", "listClients", {}, {}], outcome: "a violation" },
    { call: ["clients", "getClient", ["x"]], outcome: "a violation" },
    { call: ["services", "listServices", { itemKind: "service" }], outcome: "a reply" },
    { call: ["services", "listServices", { itemKind: "Service" }], outcome: "a violation" },
    { call: ["storage", "put", { ...entry, value: [1] }], outcome: "a violation" },
    { call: ["context", "getContext", 1], outcome: "a violation" },
    { call: ["clients", "constructor"], outcome: "a violation" },
    { call: ["clients", "__proto__"], outcome: "a violation" },
    { call: ["types", "listClients", {}], outcome: "a violation" },
    { call: ["filesystem", "open", "/"], outcome: "a violation" }
  ] as const)("take $call as $outcome", ({ call, outcome }) =>
    Effect.gen(function* () {
      const { as } = yield* scenario()
      const [name, member, ...args] = call
      const answered = yield* Effect.match(as()(hostCall(name, member, ...args)), {
        onFailure: (violation) => (violation._tag === "ProtocolViolation" ? "a violation" : "another failure"),
        onSuccess: () => "a reply"
      })
      assert.strictEqual(answered, outcome)
    })
  )
})

describe("reply", () => {
  const failures = {
    "not-allowed": new NotAllowed({ reason: "rbac", missing: "client:read" }),
    "invalid-input": new InvalidInput({ field: "page", why: "must be less" }),
    internal: new Internal({ cause: new Error("SELECT secret FROM /srv") })
  }

  it.effect.each(ReadErrorCode.literals.map((code) => ({ code })))("tells a guest $code and no more", ({ code }) =>
    Effect.gen(function* () {
      assert.deepEqual(yield* reply(Effect.fail(failures[code])), error(code))
    })
  )

  it.effect("tells a guest internal where the host has a defect", () =>
    Effect.gen(function* () {
      assert.deepEqual(yield* reply(Effect.die("a defect")), error("internal"))
    })
  )
})
