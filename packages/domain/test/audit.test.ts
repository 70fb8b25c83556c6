import { assert, describe, it } from "@effect/vitest"
import { Cause, Deferred, Effect, Exit, Fiber, type Metric } from "effect"
import { TestClock } from "effect/testing"
import { InstallUnavailable } from "../src/CapabilityGate.ts"
import { ClientReads } from "../src/ClientReads.ts"
import { DataSourceError } from "../src/DataSourceError.ts"
import { asExecution, type Invocation, type InvocationData } from "../src/Invocation.ts"
import { audited } from "../src/internal/audit.ts"
import type { ReadError } from "../src/ReadError.ts"
import { ServiceReads } from "../src/ServiceReads.ts"
import { failure, observed } from "./observed.ts"
import {
  type Answers,
  access,
  client,
  extension,
  guardedReads,
  install,
  invocation,
  only,
  service,
  staff,
  tenant,
  user
} from "./ports.ts"

type Read = Effect.Effect<unknown, ReadError, ClientReads | ServiceReads | Invocation>
const getClient: Read = Effect.flatMap(ClientReads, (reads) => reads.get(client))
const getService: Read = Effect.flatMap(ServiceReads, (reads) => reads.get(service))
const listServices: Read = Effect.flatMap(ServiceReads, (reads) => reads.list())
const clients: Read = Effect.flatMap(ClientReads, (reads) => reads.list({ search: "private search" }))

const ran = <A, E>(
  read: Effect.Effect<A, E, ClientReads | ServiceReads | Invocation>,
  answers: Answers = {},
  of: InvocationData = invocation()
) => observed(read.pipe(asExecution(of), Effect.provide(guardedReads(answers).layer)))

const execution = (of: InvocationData = invocation()) => ({
  tenant,
  extension,
  install,
  version: access().versionId,
  contentHash: "0".repeat(64),
  user: of.user?.userId ?? null,
  trigger: of.trigger,
  requestId: "request-1"
})
const time = "1970-01-01T00:00:00.000Z"
const ofClients = { time, operation: "clients.list", capability: "cap:client.read", ...execution(), durationMs: 0 }

const down = new DataSourceError({ reason: "unavailable", operation: "test", cause: new Error("down") })

/** A read that nothing guards. */
const operation = {
  name: "clients.get",
  span: "ClientReads.get",
  access: "read",
  capability: "cap:client.read",
  permission: "client:read",
  errors: []
} as const

describe("The log", () => {
  it.effect("has one line of an answered read, with its result count", () =>
    Effect.gen(function* () {
      const { lines } = yield* ran(clients)
      assert.deepEqual(lines, [
        { level: "Info", message: ["host call"], fields: { ...ofClients, outcome: "ok", resultCount: 1 } }
      ])
    })
  )

  it.effect.each([
    { read: getClient, operation: "clients.get", count: 1 },
    { read: getService, operation: "services.get", count: 1 },
    { read: listServices, operation: "services.list", count: 1 }
  ])("counts the records that $operation found", ({ read, operation, count }) =>
    Effect.gen(function* () {
      const { lines } = yield* ran(read)
      const [line] = lines
      assert.deepEqual([lines.length, line?.fields["operation"], line?.fields["resultCount"]], [1, operation, count])
    })
  )

  it.effect("counts a missing record as none", () =>
    Effect.gen(function* () {
      const missing = { get: () => Effect.succeed(null) }
      const gone = yield* ran(getClient, { clients: missing })
      const retired = yield* ran(getService, { services: missing })
      assert.deepEqual([gone.lines[0]?.fields["resultCount"], retired.lines[0]?.fields["resultCount"]], [0, 0])
    })
  )

  it.effect("warns of a denied capability, and says which is missing", () =>
    Effect.gen(function* () {
      const gate = () => Effect.succeed(access({ capabilities: only() }))
      const { lines } = yield* ran(clients, { gate })
      const fields = { ...ofClients, outcome: "capability-denied", missing: "cap:client.read" }
      assert.deepEqual(lines, [{ level: "Warn", message: ["host call"], fields }])
    })
  )

  it.effect.each([
    ["unknown", "unknown-install"],
    ["disabled", "install-disabled"],
    ["tenant-suspended", "tenant-suspended"]
  ] as const)("says of an install that is %s that it is %s", ([reason, why]) =>
    Effect.gen(function* () {
      const { lines } = yield* ran(clients, { gate: () => Effect.fail(new InstallUnavailable({ reason })) })
      const fields = { ...ofClients, version: null, outcome: "capability-denied", missing: "cap:client.read", why }
      assert.deepEqual(lines, [{ level: "Warn", message: ["host call"], fields }])
    })
  )

  it.effect("says that the caller's providers leave a capability out", () =>
    Effect.gen(function* () {
      const { lines } = yield* ran(clients, {}, invocation(user, { restrictTo: only() }))
      const fields = { ...ofClients, outcome: "capability-denied", missing: "cap:client.read", why: "providers" }
      assert.deepEqual(lines, [{ level: "Warn", message: ["host call"], fields }])
    })
  )

  it.effect.each([
    [null, "no-user"],
    [user, "unknown-user"]
  ] as const)("says of a read for the user %s, of whom there is none, why it is denied: %s", ([userId, why]) =>
    Effect.gen(function* () {
      const { lines } = yield* ran(clients, { rbac: () => Effect.succeed(null) }, invocation(userId))
      const whose = execution(invocation(userId))
      const fields = { ...ofClients, ...whose, outcome: "rbac-denied", missing: "client:read", why }
      assert.deepEqual(lines, [{ level: "Warn", message: ["host call"], fields }])
    })
  )

  it.effect("has the installed version, whatever version the caller names", () =>
    Effect.gen(function* () {
      for (const versionId of ["another", null]) {
        const { lines } = yield* ran(clients, {}, invocation(user, { versionId }))
        assert.strictEqual(lines[0]?.fields["version"], access().versionId)
      }
    })
  )

  it.effect("names today's runner as the source of its reads, which need no user", () =>
    Effect.gen(function* () {
      const theirs = invocation(null, { source: "todays-runner" })
      const { lines } = yield* ran(clients, {}, theirs)
      assert.deepInclude(lines[0]?.fields, { outcome: "ok", source: "todays-runner", user: null, trigger: null })
      const { lines: ours } = yield* ran(clients)
      assert.notProperty(ours[0]?.fields, "source")
    })
  )

  it.effect("warns of a denied permission, and says which is missing", () =>
    Effect.gen(function* () {
      const { lines } = yield* ran(clients, { rbac: () => Effect.succeed({ ...staff, permissions: new Set() }) })
      const fields = { ...ofClients, outcome: "rbac-denied", missing: "client:read" }
      assert.deepEqual(lines, [{ level: "Warn", message: ["host call"], fields }])
    })
  )

  it.effect("tells of invalid input by field and rule", () =>
    Effect.gen(function* () {
      const { lines } = yield* ran(Effect.flatMap(ClientReads, (reads) => reads.list({ page: 0 })))
      const fields = { ...ofClients, outcome: "invalid-input", field: "page", why: "must be 1 to 10000" }
      assert.deepEqual(lines, [{ level: "Info", message: ["host call"], fields }])
    })
  )

  it.effect("has the cause of an internal error, once", () =>
    Effect.gen(function* () {
      const { lines } = yield* ran(clients, { clients: { list: () => Effect.fail(down) } })
      assert.deepEqual(
        lines.map(({ level, fields }) => [level, fields]),
        [["Error", { ...ofClients, outcome: "internal" }]]
      )
      assert.strictEqual(lines[0]?.message[1], down)
    })
  )

  it.effect("has the defect behind an internal error", () =>
    Effect.gen(function* () {
      const defect = new Error("broken")
      const { exit, lines } = yield* ran(clients, { clients: { list: () => Effect.die(defect) } })
      assert.strictEqual(failure(exit)?.code, "internal")
      assert.deepEqual([lines.length, lines[0]?.fields["outcome"]], [1, "internal"])
      assert.strictEqual(lines[0]?.message[1], defect)
    })
  )

  it.effect("has the defect of a read that nothing guards", () =>
    Effect.gen(function* () {
      const defect = new Error("broken")
      const { lines } = yield* observed(
        audited(operation, Effect.die(defect), { count: () => 0 }).pipe(asExecution(invocation()))
      )
      const fields = { ...ofClients, version: null, operation: "clients.get", outcome: "internal" }
      assert.deepEqual(lines, [{ level: "Error", message: ["host call", defect], fields }])
    })
  )

  it.effect("has one line without a cause of a call that was refused", () =>
    Effect.gen(function* () {
      const { lines } = yield* observed(
        audited(operation, Effect.succeed(5), { count: () => 0, refused: (result) => result === 5 }).pipe(
          asExecution(invocation())
        )
      )
      const fields = { ...ofClients, version: null, operation: "clients.get", outcome: "refused" }
      assert.deepEqual(lines, [{ level: "Info", message: ["host call"], fields }])
    })
  )

  it.effect("has one line of an interrupted read, and the interruption goes on", () =>
    Effect.gen(function* () {
      const started = yield* Deferred.make<void>()
      const list = () => Effect.andThen(Deferred.succeed(started, undefined), Effect.never)
      const interrupted = Effect.gen(function* () {
        const reading = yield* Effect.forkChild(clients)
        yield* Deferred.await(started)
        yield* Fiber.interrupt(reading)
        return yield* Fiber.await(reading)
      })
      const { exit, lines } = yield* ran(interrupted, { clients: { list } })
      assert.isTrue(Exit.isSuccess(exit) && Exit.isFailure(exit.value) && Cause.hasInterruptsOnly(exit.value.cause))
      assert.deepEqual(
        lines.map(({ fields, level, message }) => [level, message, fields["outcome"]]),
        [["Info", ["host call"], "interrupted"]]
      )
    })
  )

  it.effect("never has a search text, a name or an address", () =>
    Effect.gen(function* () {
      const gate = () => Effect.succeed(access({ capabilities: only() }))
      const runs = yield* Effect.all([
        ran(clients),
        ran(clients, { gate }),
        ran(clients, { rbac: () => Effect.succeed(null) }),
        ran(clients, { clients: { list: () => Effect.fail(down) } }),
        ran(Effect.flatMap(ClientReads, (reads) => reads.get("private id"))),
        ran(Effect.flatMap(ServiceReads, (reads) => reads.list({ search: `private${"x".repeat(200)}` })))
      ])
      for (const { lines, spans, metrics } of runs) {
        assert.strictEqual(lines.length, 1)
        assert.notMatch(JSON.stringify([lines, spans, metrics.map((it) => [it.id, it.attributes])]), /private/i)
      }
    })
  )
})

describe("The metrics", () => {
  const counted = (metrics: ReadonlyArray<Metric.Metric.Snapshot>) =>
    metrics.flatMap((it) => (it.type === "Counter" ? [[it.id, it.attributes, Number(it.state.count)]] : []))
  const timed = (metrics: ReadonlyArray<Metric.Metric.Snapshot>) =>
    metrics.flatMap((it) => (it.type === "Histogram" ? [[it.id, it.attributes, it.state.count, it.state.sum]] : []))

  it.effect("count reads by operation and outcome", () =>
    Effect.gen(function* () {
      const twice = yield* ran(Effect.andThen(clients, clients))
      assert.deepEqual(counted(twice.metrics), [
        ["alga_extension_host_calls_total", { operation: "clients.list", outcome: "ok" }, 2]
      ])
      const denied = yield* ran(clients, { rbac: () => Effect.succeed(null) })
      assert.deepEqual(counted(denied.metrics), [
        ["alga_extension_host_calls_total", { operation: "clients.list", outcome: "rbac-denied" }, 1]
      ])
    })
  )

  it.effect("time reads in seconds by operation and outcome", () =>
    Effect.gen(function* () {
      yield* TestClock.adjust("1 hour")
      const list = () => Effect.delay(Effect.fail(down), "1500 millis")
      const fiber = yield* Effect.forkChild(ran(clients, { clients: { list } }))
      yield* TestClock.adjust("1500 millis")
      const { lines, metrics } = yield* Fiber.join(fiber)
      assert.deepEqual(timed(metrics), [
        ["alga_extension_host_call_duration_seconds", { operation: "clients.list", outcome: "internal" }, 1, 1.5]
      ])
      assert.strictEqual(lines[0]?.fields["durationMs"], 1500)
    })
  )

  it.effect("say what they count, and tell half a millisecond from five seconds", () =>
    Effect.gen(function* () {
      const { metrics } = yield* ran(clients)
      assert.deepEqual(
        metrics.map(({ description, id }) => [id, description]),
        [
          ["alga_extension_host_calls_total", "Host calls, by operation and outcome"],
          ["alga_extension_host_call_duration_seconds", "Duration of host calls in seconds, by operation and outcome"]
        ]
      )
      const bounds = metrics.flatMap((it) => (it.type === "Histogram" ? it.state.buckets.map(([bound]) => bound) : []))
      assert.deepEqual([bounds[0], bounds.includes(5), bounds.length], [0.0005, true, 13])
      assert.deepEqual(
        metrics.flatMap((it) => (it.type === "Counter" ? [it.state.incremental] : [])),
        [true]
      )
    })
  )
})

describe("The span", () => {
  it.effect.each([
    { read: clients, span: "ClientReads.list", operation: "clients.list" },
    {
      read: getClient,
      span: "ClientReads.get",
      operation: "clients.get"
    },
    {
      read: listServices,
      span: "ServiceReads.list",
      operation: "services.list"
    },
    {
      read: getService,
      span: "ServiceReads.get",
      operation: "services.get"
    }
  ])("of $operation is named $span and has the outcome", ({ read, span, operation }) =>
    Effect.gen(function* () {
      const answered = yield* ran(read)
      assert.deepEqual(answered.spans, [{ name: span, attributes: { operation, outcome: "ok" } }])
      const gate = () => Effect.succeed(access({ capabilities: only() }))
      const denied = yield* ran(read, { gate })
      assert.deepEqual(denied.spans, [{ name: span, attributes: { operation, outcome: "capability-denied" } }])
    })
  )
})
