import { AccessKept, accessContract } from "@alga-psa/ext-adapters-memory/contract/AccessContract"
import { freshId, freshTenant as freshProductTenant } from "@alga-psa/ext-adapters-memory/contract/FreshTenant"
import { AccessReader, everyAccess } from "@alga-psa/ext-domain/AccessReader"
import { type AccessRecord, accessWithoutCall, erasedUser } from "@alga-psa/ext-domain/AccessRecord"
import { AccessSink } from "@alga-psa/ext-domain/AccessSink"
import type { Capability } from "@alga-psa/ext-domain/Capability"
import { TenantId, UserId } from "@alga-psa/ext-domain/Identifiers"
import { PgClient } from "@effect/sql-pg"
import { assert, describe, it } from "@effect/vitest"
import {
  Deferred,
  Duration,
  Effect,
  Exit,
  Fiber,
  Layer,
  Logger,
  Metric,
  Redacted,
  References,
  Scope,
  Stream
} from "effect"
import { TestClock } from "effect/testing"
import * as AccessTables from "../src/AccessTables.ts"
import { layerAdmin } from "../src/AdminClient.ts"
import { createTables, load } from "../src/Fixture.ts"
import { grantLives } from "../src/GrantLife.ts"
import * as Grants from "../src/Grants.ts"
import { insertRecords } from "../src/internal/access/columns.ts"
import * as PgAccessReader from "../src/PgAccessReader.ts"
import { makePgAccessSink, type PgAccessSinkOptions } from "../src/PgAccessSink.ts"
import { dedicatedServer } from "../testing/ServerBinaries.ts"
import { testDatabase } from "../testing/TestDatabase.ts"
import { as, dropped, freshRole, reader as readingLogin, refusal } from "./reader.ts"
import { silentProxy } from "./silentProxy.ts"

const password = "a-password-of-this-test"

/** The tables in a database, and the two logins. */
const tablesIn = Effect.fnUntraced(function* (url: Redacted.Redacted) {
  const [writer, reader] = [freshRole(), freshRole()]
  yield* dropped(url, writer, reader)
  yield* Effect.gen(function* () {
    const sql = yield* PgClient.PgClient
    for (const role of [writer, reader]) {
      yield* sql.unsafe(`CREATE ROLE ${role} LOGIN PASSWORD '${password}'`).unprepared
    }
    yield* AccessTables.apply({ writer, reader, retention: Duration.days(90) })
  }).pipe(Effect.provide(layerAdmin(url)))
  return { url, writer: as(url, writer, password), reader: as(url, reader, password), roles: { writer, reader } }
})

const tables = Effect.flatMap(testDatabase, tablesIn)

const room = { capacity: 1_000, whenFull: "drop" } as const

const adapter = Layer.unwrap(
  Effect.gen(function* () {
    const { reader, writer } = yield* tables
    const { flush, sink } = yield* makePgAccessSink({ ...room, url: writer })
    return Layer.mergeAll(
      PgAccessReader.layer(reader),
      Layer.succeed(AccessSink, sink),
      Layer.succeed(AccessKept, Effect.orDie(flush as Effect.Effect<void>))
    )
  })
)

accessContract("PostgreSQL", adapter)

const asked = <A, E>(url: Redacted.Redacted, use: (sql: PgClient.PgClient) => Effect.Effect<A, E>) =>
  Effect.provide(Effect.flatMap(PgClient.PgClient, use), PgClient.layer({ url, maxConnections: 1 }))

const statement = (url: Redacted.Redacted, text: string) => asked(url, (sql) => sql.unsafe(text).unprepared)

const record = (tenant: TenantId, change: Partial<AccessRecord> = {}): AccessRecord =>
  accessWithoutCall({
    time: new Date().toISOString(),
    operation: "clients.list",
    outcome: "ok",
    tenant,
    capability: "cap:client.read",
    requestId: "request-1",
    ...change
  })

const freshTenant = () => TenantId.make(freshId())

const sinkOn = (url: Redacted.Redacted, options: Partial<PgAccessSinkOptions> = {}) =>
  Effect.map(makePgAccessSink({ ...room, ...options, url }), ({ sink, ...rest }) => ({
    ...rest,
    keep: (given: AccessRecord) => {
      const slot = sink.open()
      const goesOn = slot.reserve()
      slot.fill(given)
      return goesOn
    }
  }))

const listed = (url: Redacted.Redacted, tenant: TenantId) =>
  Effect.map(
    Effect.provide(
      Effect.flatMap(AccessReader, (reader) => reader.list(tenant, everyAccess, { after: null, most: 1_000 })),
      PgAccessReader.layer(url)
    ),
    ({ items }) => items
  )

const run = <A, E>(test: Effect.Effect<A, E, Scope.Scope>) => Effect.scoped(test)

describe("The logins of access records", () => {
  it.live("may each do one thing: the runner's add records, the other read them", () =>
    run(
      Effect.gen(function* () {
        const { reader, writer } = yield* tables
        const table = AccessTables.accessTable
        const values = `(time, runner, sequence, operation, outcome, tenant_id, duration_ms)
          VALUES (now(), gen_random_uuid(), 0, 'a', 'ok', gen_random_uuid(), 0)`
        const insert = `INSERT INTO ${table} ${values}`
        assert.isNull(yield* refusal(statement(writer, insert)))
        assert.isNull(yield* refusal(statement(writer, "SELECT alga_extension_access.access_upkeep()")))
        assert.isNull(yield* refusal(statement(reader, `SELECT * FROM ${table}`)))
        const month = `alga_extension_access.access_record_${new Date().toISOString().slice(0, 7).replace("-", "_")}`
        const forWriter = [
          `SELECT count(*) FROM ${table}`,
          `SELECT count(*) FROM ${month}`,
          `INSERT INTO ${table} ${values} RETURNING tenant_id`,
          `INSERT INTO ${month} ${values}`,
          "SELECT * FROM alga_extension_access.access_setting",
          "UPDATE alga_extension_access.access_setting SET retention = '1 second'"
        ]
        const forReader = [insert, "SELECT alga_extension_access.access_upkeep()"]
        const forBoth = [
          `UPDATE ${table} SET outcome = 'none'`,
          `DELETE FROM ${table}`,
          `TRUNCATE ${table}`,
          `DROP TABLE ${month}`,
          "CREATE TABLE alga_extension_access.mine ()"
        ]
        for (const text of [...forWriter, ...forBoth])
          assert.strictEqual(yield* refusal(statement(writer, text)), "42501")
        for (const text of [...forReader, ...forBoth])
          assert.strictEqual(yield* refusal(statement(reader, text)), "42501")
      })
    )
  )

  it.live("are not that of the reads, which sees nothing of the table", () =>
    run(
      Effect.gen(function* () {
        const { url } = yield* tables
        yield* Effect.provide(createTables, PgClient.layer({ url }))
        const login = yield* readingLogin(url)
        assert.strictEqual(yield* refusal(statement(login.url, `SELECT * FROM ${AccessTables.accessTable}`)), "42501")
        assert.isNull(yield* refusal(statement(login.url, "SELECT client_id FROM clients")))
      })
    )
  )
})

describe("The months of access records", () => {
  it.live("are made ahead, and dropped whole when their last day is older than the retention", () =>
    run(
      Effect.gen(function* () {
        const { url, writer } = yield* tables
        const admin = layerAdmin(url)
        const month = (ahead: number) => {
          const now = new Date()
          return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + ahead)).toISOString().slice(0, 7)
        }
        const around = [-1, 0, 1, 2].map(month)
        assert.deepStrictEqual((yield* Effect.provide(AccessTables.plan, admin)).months, around)
        for (const ahead of [-3, -6]) {
          const [name, from, to] = [month(ahead).replace("-", "_"), `${month(ahead)}-01`, `${month(ahead + 1)}-01`]
          yield* statement(
            url,
            `CREATE TABLE alga_extension_access.access_record_${name} PARTITION OF ${AccessTables.accessTable}
             FOR VALUES FROM ('${from} 00:00:00+00') TO ('${to} 00:00:00+00')`
          )
        }
        yield* statement(writer, "SELECT alga_extension_access.access_upkeep()")
        assert.deepStrictEqual((yield* Effect.provide(AccessTables.plan, admin)).months, [month(-3), ...around])
      })
    )
  )

  it.effect("are made by a runner as it starts, and each hour", () =>
    run(
      Effect.gen(function* () {
        const { url, writer } = yield* tables
        const months = Effect.provide(AccessTables.plan, layerAdmin(url))
        const [last = ""] = (yield* months).months.slice(-1)
        const isThere = Effect.map(months, (found) => found.months.includes(last))
        const drop = statement(url, `DROP TABLE alga_extension_access.access_record_${last.replace("-", "_")}`)
        yield* drop
        const { check } = yield* sinkOn(writer)
        yield* Effect.repeat(isThere, { until: (there) => there })
        // On the sink's one connection it comes after the answer that its hour begins with.
        yield* check
        yield* drop
        yield* TestClock.adjust("59 minutes")
        assert.isFalse(yield* isThere)
        yield* TestClock.adjust("1 minute")
        yield* Effect.repeat(isThere, { until: (there) => there })
      })
    )
  )

  it.live("take a record whose clock is wrong, at their edge", () =>
    run(
      Effect.gen(function* () {
        const { reader, writer } = yield* tables
        const { flush, keep } = yield* sinkOn(writer)
        const tenant = freshTenant()
        keep(record(tenant, { time: "1970-01-01T00:00:00.000Z" }))
        keep(record(tenant, { time: "2999-01-01T00:00:00.000Z" }))
        yield* flush
        assert.lengthOf(yield* listed(reader, tenant), 2)
      })
    )
  )
})

describe("A user who is erased", () => {
  it.live("is in none of the tenant's records, and what was read stays; others stay as they are", () =>
    run(
      Effect.gen(function* () {
        const { reader, url, writer } = yield* tables
        const { flush, keep } = yield* sinkOn(writer)
        const [tenant, other] = [freshTenant(), freshTenant()]
        const [user, colleague] = [UserId.make(freshId()), UserId.make(freshId())]
        for (const given of [record(tenant, { user }), record(tenant, { user: colleague }), record(other, { user })]) {
          keep(given)
        }
        yield* flush
        const erase = Effect.provide(AccessTables.erase(tenant, user), layerAdmin(url))
        assert.deepStrictEqual([yield* erase, yield* erase], [1, 0])
        assert.strictEqual(yield* Effect.provide(AccessTables.erase(tenant, erasedUser), layerAdmin(url)), 0)
        const found = (yield* listed(reader, tenant)).map(({ operation, requestId, user: whom }) => [
          operation,
          whom,
          requestId
        ])
        assert.sameDeepMembers(found, [
          ["clients.list", "00000000-0000-0000-0000-000000000000", null],
          ["clients.list", colleague, "request-1"]
        ])
        assert.deepStrictEqual(
          (yield* listed(reader, other)).map(({ user: whom }) => whom),
          [user]
        )
      })
    )
  )

  it.live("is erased again from records that a runner writes afterwards", () =>
    run(
      Effect.gen(function* () {
        const { reader, url, writer } = yield* tables
        const { flush, keep } = yield* sinkOn(writer)
        const tenant = freshTenant()
        const user = UserId.make(freshId())
        const erase = Effect.provide(AccessTables.erase(tenant, user), layerAdmin(url))
        for (const _ of ["at once", "afterwards"]) {
          keep(record(tenant, { user }))
          yield* flush
          assert.strictEqual(yield* erase, 1)
        }
        assert.deepStrictEqual(
          (yield* listed(reader, tenant)).map(({ user: whom }) => whom),
          [erasedUser, erasedUser]
        )
      })
    )
  )
})

const written = Effect.map(Metric.snapshot, (metrics) =>
  metrics.flatMap((it) =>
    it.type === "Counter" && it.id === "alga_extension_access_records_total"
      ? [[it.attributes?.["outcome"], Number(it.state.count)] as const]
      : []
  )
)

describe("Access records on a database that is restarted", () => {
  it.live("are all there within the buffer, and beyond it the oldest are gone, which is counted and told", () =>
    run(
      Effect.gen(function* () {
        const server = yield* dedicatedServer
        const { reader, writer } = yield* tablesIn(Redacted.make(server.url))
        const { check, flush, keep } = yield* sinkOn(writer, { capacity: 50 })
        const [tenant, crowd] = [freshTenant(), freshTenant()]
        keep(record(tenant, { requestId: "before" }))
        yield* flush
        yield* check
        yield* server.stop
        for (let i = 0; i < 40; i++) keep(record(tenant, { requestId: String(i) }))
        assert.isTrue(Exit.isFailure(yield* Effect.exit(flush)))
        assert.isTrue(Exit.isFailure(yield* Effect.exit(check)))
        yield* server.start
        yield* Effect.retry(flush, { times: 50 })
        const ids = (yield* listed(reader, tenant)).map(({ requestId }) => requestId)
        assert.sameMembers(ids, ["before", ...Array.from({ length: 40 }, (_, i) => String(i))])

        yield* server.stop
        for (let i = 0; i < 70; i++) keep(record(crowd, { requestId: String(i) }))
        yield* server.start
        yield* Effect.retry(flush, { times: 50 })
        const found = yield* listed(reader, crowd)
        const calls = found.filter(({ operation }) => operation === "clients.list")
        assert.sameMembers(
          calls.map(({ requestId }) => requestId),
          Array.from({ length: 50 }, (_, i) => String(i + 20))
        )
        const [gap] = found.filter(({ operation }) => operation === "access.gap")
        assert.deepInclude(gap, { outcome: "lost", resultCount: 20, tenant: crowd })
      }).pipe(Effect.provideService(Metric.MetricRegistry, new Map()))
    )
  )

  it.live("let no call read that would not be kept, where the deployment wants it so", () =>
    run(
      Effect.gen(function* () {
        const server = yield* dedicatedServer
        const { reader, writer } = yield* tablesIn(Redacted.make(server.url))
        const { flush, keep } = yield* sinkOn(writer, { capacity: 5, whenFull: "refuse" })
        const tenant = freshTenant()
        yield* server.stop
        const through = Array.from({ length: 8 }, (_, i) => keep(record(tenant, { requestId: String(i) })))
        assert.deepStrictEqual(through, [true, true, true, true, true, false, false, false])
        yield* server.start
        yield* Effect.retry(flush, { times: 50 })
        assert.isTrue(keep(record(tenant, { requestId: "again" })))
        yield* flush
        const calls = (yield* listed(reader, tenant)).filter(({ operation }) => operation === "clients.list")
        assert.sameMembers(
          calls.map(({ requestId }) => requestId),
          ["0", "1", "2", "3", "4", "again"]
        )
      })
    )
  )
})

describe("Access records", () => {
  it.live("that wait when the scope closes are written first", () =>
    run(
      Effect.gen(function* () {
        const { reader, writer } = yield* tables
        const tenant = freshTenant()
        const scope = yield* Scope.make()
        const { keep } = yield* Scope.provide(sinkOn(writer), scope)
        for (let i = 0; i < 900; i++) keep(record(tenant))
        yield* Scope.close(scope, Exit.void)
        assert.lengthOf(yield* listed(reader, tenant), 900)
      })
    )
  )

  it.effect("that cannot be written when the scope closes are waited for five seconds, and counted in the log", () =>
    run(
      Effect.gen(function* () {
        const { url, writer } = yield* tables
        const [held, end] = [yield* Deferred.make<void>(), yield* Deferred.make<void>()]
        const locking = asked(url, (sql) =>
          sql.withTransaction(
            Effect.gen(function* () {
              yield* sql.unsafe(`LOCK TABLE ${AccessTables.accessTable}`).unprepared
              yield* Deferred.succeed(held, undefined)
              yield* Deferred.await(end)
            })
          )
        )
        const scope = yield* Scope.make()
        const { keep } = yield* Scope.provide(sinkOn(writer), scope)
        const holder = yield* Effect.forkChild(locking, { startImmediately: true })
        yield* Deferred.await(held)
        const lines: Array<unknown> = []
        const logger = Logger.make<unknown, void>(({ fiber, message }) => {
          lines.push([[message].flat()[0], fiber.getRef(References.CurrentLogAnnotations)["records"]])
        })
        keep(record(freshTenant()))
        const closing = yield* Effect.forkChild(Effect.provide(Scope.close(scope, Exit.void), Logger.layer([logger])), {
          startImmediately: true
        })
        yield* TestClock.adjust(4_999)
        assert.isUndefined(closing.pollUnsafe())
        yield* TestClock.adjust(1)
        yield* Fiber.join(closing)
        assert.deepStrictEqual(lines, [["access records are lost: the runner stops", 1]])
        yield* Deferred.succeed(end, undefined)
        yield* Fiber.join(holder)
      })
    )
  )

  it.live("are written after a write was given up in its midst", () =>
    run(
      Effect.gen(function* () {
        const { reader, writer } = yield* tables
        const { flush, keep } = yield* sinkOn(writer)
        const tenant = freshTenant()
        keep(record(tenant))
        yield* Effect.timeoutOption(flush, "1 millis")
        yield* flush
        assert.lengthOf(yield* listed(reader, tenant), 1)
      })
    )
  )

  it.live("are written once, where a batch is written again whose answer was lost", () =>
    run(
      Effect.gen(function* () {
        const { reader, writer } = yield* tables
        const tenant = freshTenant()
        const batch = [JSON.stringify([record(tenant)]), crypto.randomUUID(), 0]
        const again = asked(writer, (sql) => sql.unsafe(insertRecords, batch).unprepared)
        yield* again
        yield* again
        assert.lengthOf(yield* listed(reader, tenant), 1)
      })
    )
  )

  it.live("are written once, where the answer was lost and the month turns before the batch is written again", () =>
    run(
      Effect.gen(function* () {
        const { reader, roles, url, writer } = yield* tables
        yield* statement(url, "CREATE SCHEMA clock")
        yield* statement(
          url,
          `CREATE FUNCTION clock.now() RETURNS timestamptz LANGUAGE sql STABLE SECURITY DEFINER AS $$
             SELECT pg_catalog.now() + make_interval(months => count(*)::int) FROM ${AccessTables.accessTable}
           $$`
        )
        yield* statement(url, `GRANT USAGE ON SCHEMA clock TO ${roles.writer}`)
        yield* statement(url, `ALTER ROLE ${roles.writer} SET search_path = clock, pg_catalog`)
        let answers = 0
        const proxy = yield* silentProxy(
          Redacted.value(writer),
          (chunk) => chunk.includes("INSERT 0 ") && ++answers === 1
        )
        const { flush, keep } = yield* sinkOn(Redacted.make(proxy.url))
        const tenant = freshTenant()
        keep(record(tenant, { time: "1970-01-01T00:00:00.000Z" }))
        yield* Effect.retry(flush, { times: 50 })
        assert.strictEqual(answers, 2)
        assert.lengthOf(yield* listed(reader, tenant), 1)
      })
    )
  )

  it.live("hold what callers chose cut to its place, and one that is refused costs no other", () =>
    run(
      Effect.gen(function* () {
        const { reader, writer } = yield* tables
        const { flush, keep } = yield* sinkOn(writer)
        const tenant = freshTenant()
        keep(record(tenant, { requestId: "a\u0000b\ud800", trigger: "x".repeat(10_000), version: "🙂" }))
        keep(record(tenant, { install: "no uuid" as never }))
        keep(record(tenant))
        yield* flush
        yield* flush
        const found = yield* listed(reader, tenant)
        const gap = found.filter(({ operation }) => operation === "access.gap")
        assert.deepStrictEqual([found.length, gap[0]?.resultCount], [3, 1])
        const cut = found.find(({ version }) => version === "🙂")
        assert.deepStrictEqual([cut?.requestId, cut?.trigger?.length], ["a\ufffdb\ufffd", 200])
      })
    )
  )

  it.live("are counted by what became of them", () =>
    run(
      Effect.gen(function* () {
        const { writer } = yield* tables
        const { flush, keep } = yield* sinkOn(writer, { capacity: 2 })
        for (let i = 0; i < 5; i++) keep(record(freshTenant()))
        yield* flush
        assert.deepStrictEqual(Object.fromEntries(yield* written), { written: 5, lost: 3, refused: 0 })
      }).pipe(Effect.provideService(Metric.MetricRegistry, new Map()))
    )
  )
})

describe("The life of a grant", () => {
  const lives = (url: Redacted.Redacted, id: string, also: ReadonlyArray<Capability> = []) =>
    Effect.map(
      Effect.provide(Stream.runCollect(grantLives([id], 7, also)), layerAdmin(url)),
      ([found]) => found?.grants ?? []
    )

  it.live("shows what is declared, granted and used, by whom it was granted, and what a revocation would refuse", () =>
    run(
      Effect.gen(function* () {
        const { url, writer } = yield* tables
        const admin = layerAdmin(url)
        yield* Effect.provide(createTables, PgClient.layer({ url }))
        const own = freshProductTenant()
        const declared = ["cap:client.read", "cap:service.read", "cap:storage.kv"]
        const made = own.install(declared, { granted_caps: ["cap:service.read", "cap:http.fetch"] })
        yield* Effect.provide(load({ ...own.rows, ...made.rows }), PgClient.layer({ url }))
        const change = (action: "apply" | "revoke", capability: Capability) =>
          Grants.change({ action, capabilities: [capability], installs: [made.id], write: true }).pipe(
            Stream.runDrain,
            Effect.provide(admin)
          )
        yield* change("apply", "cap:client.read")
        yield* change("revoke", "cap:http.fetch")
        const { flush, keep } = yield* sinkOn(writer)
        const of = { install: made.id, capability: "cap:client.read" }
        const now = Date.now()
        for (const [requestId, outcome, ago] of [
          ["a", "ok", 0],
          ["a", "invalid-input", 0],
          ["b", "ok", 1],
          ["c", "rbac-denied", 0],
          ["d", "capability-denied", 0],
          ["old", "ok", 10]
        ] as const) {
          const time = new Date(now - ago * 86_400_000).toISOString()
          keep(record(own.tenant, { ...of, requestId, outcome, time }))
        }
        keep(record(freshTenant(), { ...of, capability: "cap:service.read" }))
        yield* flush
        const found = yield* lives(url, made.id)
        const usedLast = found[0]?.usedLast
        assert.strictEqual(usedLast?.slice(0, 10), new Date(now).toISOString().slice(0, 10))
        const common = { declared: true, granted: true, usedLast: null, executions: 0, by: null }
        assert.deepStrictEqual(found, [
          { ...common, capability: "cap:client.read", usedLast: usedLast ?? null, executions: 2, by: "db grants" },
          { ...common, capability: "cap:service.read", by: "elsewhere" },
          { ...common, capability: "cap:storage.kv", granted: false }
        ])
        const taken = (yield* lives(url, made.id, ["cap:http.fetch"])).filter(({ declared }) => !declared)
        assert.deepStrictEqual(taken, [
          { ...common, capability: "cap:http.fetch", declared: false, granted: false, by: "db grants" }
        ])
        yield* statement(url, `UPDATE tenant_extension_install SET granted_caps = '["cap:http.fetch"]'`)
        assert.deepStrictEqual(
          (yield* lives(url, made.id)).map(({ by, capability, granted }) => [capability, granted, by]),
          [
            ["cap:client.read", false, "elsewhere"],
            ["cap:http.fetch", true, "elsewhere"],
            ["cap:service.read", false, null],
            ["cap:storage.kv", false, null]
          ]
        )
        yield* statement(url, `UPDATE extension_version SET capabilities = '[]'`)
        yield* statement(url, "UPDATE tenant_extension_install SET granted_caps = '[]'")
        assert.deepStrictEqual(yield* lives(url, made.id), [
          {
            ...{ capability: "cap:client.read", declared: false, granted: false, by: "elsewhere" },
            ...{ usedLast: usedLast ?? null, executions: 2 }
          }
        ])
      })
    )
  )

  it.live("is unknown where there are no access records, and grants are changed as ever", () =>
    run(
      Effect.gen(function* () {
        const url = yield* testDatabase
        yield* Effect.provide(createTables, PgClient.layer({ url }))
        const own = freshProductTenant()
        const made = own.install(["cap:client.read"], { granted_caps: [] })
        yield* Effect.provide(load({ ...own.rows, ...made.rows }), PgClient.layer({ url }))
        const asked = { action: "apply", capabilities: ["cap:client.read"], installs: [made.id], write: true } as const
        yield* Effect.provide(Stream.runDrain(Grants.change(asked)), layerAdmin(url))
        assert.deepStrictEqual(yield* lives(url, made.id), [
          {
            capability: "cap:client.read",
            declared: true,
            granted: true,
            usedLast: "unknown",
            executions: null,
            by: null
          }
        ])
      })
    )
  )
})
