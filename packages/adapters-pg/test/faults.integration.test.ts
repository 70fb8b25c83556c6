import { type AddressInfo, createServer } from "node:net"
import { freshTenant } from "@alga-psa/ext-adapters-memory/contract/FreshTenant"
import { mergeDatasets } from "@alga-psa/ext-adapters-memory/Dataset"
import { ClientReader } from "@alga-psa/ext-domain/ClientReader"
import type { ClientsQuery } from "@alga-psa/ext-domain/ClientsQuery"
import type { DataSourceError } from "@alga-psa/ext-domain/DataSourceError"
import { ServiceId, TenantId } from "@alga-psa/ext-domain/Identifiers"
import { ServiceReader } from "@alga-psa/ext-domain/ServiceReader"
import { PgClient } from "@effect/sql-pg"
import { assert, describe, it } from "@effect/vitest"
import { Clock, Deferred, Duration, Effect, Fiber, Layer, Redacted } from "effect"
import { createTables, load } from "../src/Fixture.ts"
import { fromSqlError } from "../src/internal/failure.ts"
import { layer } from "../src/PgPorts.ts"
import { layerServer, type ServerOptions } from "../src/PgServer.ts"
import { ReadTimeout } from "../src/ReadTimeout.ts"
import { dedicatedServer, dedicatedServerWith, standbyOf } from "../testing/ServerBinaries.ts"
import { testDatabase } from "../testing/TestDatabase.ts"
import { silentProxy } from "./silentProxy.ts"

const query: ClientsQuery = { search: "secret", includeInactive: true, onlyClient: null, page: 1, pageSize: 25 }
const tenant = TenantId.make("00000000-0000-4000-8000-000000000000")

const list = Effect.flatMap(ClientReader, (reader) => reader.list(tenant, query))

const reason = <A, R>(read: Effect.Effect<A, DataSourceError, R>) =>
  Effect.match(read, { onFailure: (error) => error.reason, onSuccess: () => "answered" })

const connectTimeout = Duration.millis(300)

const ports = (url: Redacted.Redacted, options: Partial<ServerOptions> = {}, readTimeout = Duration.seconds(10)) =>
  layer.pipe(
    Layer.provideMerge(layerServer({ url, connectTimeout, ...options })),
    Layer.provide(Layer.succeed(ReadTimeout, readTimeout)),
    Layer.orDie
  )

const writing = (url: Redacted.Redacted) => Effect.provide(PgClient.layer({ url, maxConnections: 2 }))

/** A new database with the tables. */
const tables = Effect.tap(testDatabase, (url) => writing(url)(createTables))

/** An address where somebody listens and never answers. */
const mute = Effect.acquireRelease(
  Effect.callback<ReturnType<typeof createServer>>((resume) => {
    const server = createServer().listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
  }),
  (server) => Effect.sync(() => server.close())
).pipe(
  Effect.map((server) => {
    const { port } = server.address() as AddressInfo
    return Redacted.make(`postgres://postgres:postgres@127.0.0.1:${port}/postgres`)
  })
)

/** Runs while another session holds the clients' table. */
const whileLocked = <A, E, R>(url: Redacted.Redacted, run: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const locked = yield* Deferred.make<void>()
    const release = yield* Deferred.make<void>()
    const locking = Effect.flatMap(PgClient.PgClient, (sql) =>
      sql`LOCK TABLE clients IN ACCESS EXCLUSIVE MODE`.pipe(
        Effect.andThen(Deferred.succeed(locked, undefined)),
        Effect.andThen(Deferred.await(release)),
        sql.withTransaction
      )
    )
    const holder = yield* Effect.forkChild(writing(url)(locking))
    yield* Deferred.await(locked)
    const outcome = yield* run
    yield* Deferred.succeed(release, undefined)
    yield* Fiber.join(holder)
    return outcome
  })

/** Waits until that many sessions of the database wait for a lock, and gives their backends. */
const waiting = (count: number) =>
  Effect.flatMap(PgClient.PgClient, (sql) =>
    sql<{ readonly pid: number }>`
      SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`.pipe(
      Effect.repeat({ until: (found) => found.length === count }),
      Effect.map((found) => found.map(({ pid }) => pid))
    )
  )

/** Waits for a session that waits for a lock, and ends it. */
const endWaiting = Effect.gen(function* () {
  const sql = yield* PgClient.PgClient
  const pids = yield* waiting(1)
  yield* Effect.forEach(pids, (pid) => sql`SELECT pg_terminate_backend(${pid}, 5000)`)
})

const together = (count: number) =>
  Effect.all(
    Array.from({ length: count }, () => reason(list)),
    { concurrency: count }
  )

const under = (limit: Duration.Duration) =>
  Effect.fnUntraced(function* <A, E, R>(run: Effect.Effect<A, E, R>) {
    const started = yield* Clock.currentTimeMillis
    const found = yield* run
    const took = (yield* Clock.currentTimeMillis) - started
    assert.isBelow(took, Duration.toMillis(limit))
    return found
  })

describe("A database server that is away", () => {
  it.live("is unavailable, at once, where nobody listens", () =>
    Effect.gen(function* () {
      const url = Redacted.make("postgres://postgres:hidden@127.0.0.1:1/postgres")
      const error = yield* under(Duration.seconds(5))(Effect.flip(Effect.provide(list, ports(url))))
      assert.deepEqual([error.reason, error.operation, error.retryable], ["unavailable", "ClientReader.list", true])
      assert.notInclude(String(error.cause), "hidden")
    })
  )

  it.live("is unavailable within the connect timeout where somebody listens and never answers", () =>
    Effect.gen(function* () {
      const url = yield* mute
      const outcome = yield* under(Duration.seconds(5))(reason(Effect.provide(list, ports(url))))
      assert.strictEqual(outcome, "unavailable")
    })
  )

  it.live("times out at the read timeout where that is shorter than the connect timeout", () =>
    Effect.gen(function* () {
      const url = yield* mute
      const outcome = yield* under(Duration.seconds(5))(
        reason(Effect.provide(list, ports(url, { connectTimeout: Duration.seconds(20) }, Duration.millis(300))))
      )
      assert.strictEqual(outcome, "timeout")
    })
  )

  it.live("is unavailable while it is down, and answers again once it is back", () =>
    Effect.gen(function* () {
      const server = yield* dedicatedServer
      const url = Redacted.make(server.url)
      yield* writing(url)(createTables)
      yield* Effect.gen(function* () {
        assert.strictEqual(yield* reason(list), "answered")
        yield* server.stop
        assert.strictEqual(yield* under(Duration.seconds(5))(reason(list)), "unavailable")
        assert.strictEqual(yield* under(Duration.seconds(5))(reason(list)), "unavailable")
        yield* server.start
        assert.strictEqual(yield* reason(list), "answered")
        yield* server.stop
        yield* server.start
        assert.strictEqual(yield* reason(list), "answered")
      }).pipe(Effect.provide(ports(url)))
    })
  )

  it.live("is unavailable to the calls that it leaves in the middle, and answers the next once it is back", () =>
    Effect.gen(function* () {
      const server = yield* dedicatedServer
      const url = Redacted.make(server.url)
      yield* writing(url)(createTables)
      yield* Effect.gen(function* () {
        const calls = yield* Effect.forkChild(
          Effect.exit(
            whileLocked(
              url,
              Effect.gen(function* () {
                const left = yield* Effect.forkChild(together(3))
                yield* writing(url)(waiting(1))
                yield* server.stop
                assert.deepEqual(yield* Fiber.join(left), ["unavailable", "unavailable", "unavailable"])
              })
            )
          )
        )
        const outcome = yield* under(Duration.seconds(10))(Fiber.join(calls))
        assert.notInclude(String(outcome), "AssertionError")
        yield* server.start
        assert.strictEqual(yield* reason(list), "answered")
      }).pipe(Effect.provide(ports(url)))
    })
  )

  it.live("times out when it falls silent in the middle, and answers again once it speaks", () =>
    Effect.gen(function* () {
      const direct = yield* tables
      const proxy = yield* silentProxy(Redacted.value(direct))
      yield* Effect.gen(function* () {
        assert.strictEqual(yield* reason(list), "answered")
        yield* proxy.silence
        const outcomes = yield* under(Duration.seconds(5))(Effect.all([reason(list), reason(list)], { concurrency: 2 }))
        assert.deepEqual(outcomes, ["timeout", "timeout"])
        yield* proxy.speak
        assert.strictEqual(yield* reason(list), "answered")
      }).pipe(Effect.provide(ports(Redacted.make(proxy.url), {}, Duration.millis(400))))
    })
  )

  it.live("fails, without a hint to retry, when it refuses the password", () =>
    Effect.gen(function* () {
      const url = new URL((yield* dedicatedServer).url)
      url.password = "wrong"
      const error = yield* Effect.flip(Effect.provide(list, ports(Redacted.make(url.toString()))))
      assert.deepEqual([error.reason, error.retryable], ["failed", false])
      assert.include(String(error.cause), "28P01")
    })
  )

  it.live("fails, without a hint to retry, when it has no such database", () =>
    Effect.gen(function* () {
      const url = new URL(Redacted.value(yield* testDatabase))
      url.pathname = "/no_such_database"
      const error = yield* Effect.flip(Effect.provide(list, ports(Redacted.make(url.toString()))))
      assert.deepEqual([error.reason, error.retryable], ["failed", false])
      assert.include(String(error.cause), "3D000")
    })
  )

  it.live("is unavailable when all its connections are taken, and answers once one is free", () =>
    Effect.gen(function* () {
      const server = yield* dedicatedServerWith("max_connections=4", "superuser_reserved_connections=0")
      const url = Redacted.make(server.url)
      yield* writing(url)(createTables)
      const taking = Effect.gen(function* () {
        const sql = yield* PgClient.PgClient
        const one = Effect.retry(sql.reserve, { while: (error) => String(error.reason.cause).includes("too many") })
        yield* Effect.forEach(Array.from({ length: 4 }), () => one)
        const error = yield* Effect.flip(list)
        assert.deepEqual([error.reason, error.retryable], ["unavailable", true])
        assert.include(String(error.cause), "53300")
      }).pipe(Effect.scoped, Effect.provide(PgClient.layer({ url, maxConnections: 4 })))
      yield* Effect.gen(function* () {
        yield* taking
        yield* Effect.retry(list, { while: (error) => error.retryable })
      }).pipe(Effect.provide(ports(url)))
    })
  )

  it.live("answers while it is a standby, also after what its primary locked was free again", () =>
    Effect.gen(function* () {
      const primary = yield* dedicatedServer
      const writable = Redacted.make(primary.url)
      yield* writing(writable)(createTables)
      const standby = yield* standbyOf(primary, "wal_retrieve_retry_interval=50ms")
      const url = Redacted.make(standby.url)
      const own = freshTenant()
      const read = Effect.flatMap(ClientReader, (reader) => reader.list(own.tenant, { ...query, search: null }))
      const locked = Effect.flatMap(PgClient.PgClient, (sql) =>
        sql`SELECT 1 AS found FROM pg_locks WHERE relation = 'clients'::regclass AND mode = 'AccessExclusiveLock'`.pipe(
          Effect.repeat({ until: (found) => found.length > 0 })
        )
      )
      const flushed = Effect.flatMap(PgClient.PgClient, (sql) => sql`SELECT pg_switch_wal()::text`)
      yield* writing(writable)(load({ ...mergeDatasets(own.rows), clients: [own.client("Northwind")] }))
      yield* Effect.gen(function* () {
        const sql = yield* PgClient.PgClient
        assert.deepEqual(yield* sql`SELECT pg_is_in_recovery() AS standby`, [{ standby: true }])
        yield* Effect.repeat(read, { until: (page) => page.totalCount === 1 })
        yield* whileLocked(
          writable,
          Effect.gen(function* () {
            yield* writing(writable)(flushed)
            yield* locked
            assert.strictEqual(yield* reason(read), "timeout")
          })
        )
        yield* Effect.retry(read, { while: (error) => error.reason === "timeout" })
      }).pipe(Effect.provide(ports(url, { statementTimeout: Duration.millis(300) })))
    })
  )
})

describe("A statement that cannot be answered", () => {
  it.live("times out on the server, and leaves the connection usable", () =>
    Effect.gen(function* () {
      const url = yield* tables
      yield* Effect.gen(function* () {
        assert.strictEqual(yield* whileLocked(url, reason(list)), "timeout")
        assert.strictEqual(yield* reason(list), "answered")
      }).pipe(Effect.provide(ports(url, { statementTimeout: Duration.millis(200) })))
    })
  )

  it.live("is unavailable when the server ends its connection twice, and the next one is answered", () =>
    Effect.gen(function* () {
      const url = yield* tables
      yield* Effect.gen(function* () {
        const ended = Effect.all([reason(list), writing(url)(Effect.andThen(endWaiting, endWaiting))], {
          concurrency: 2
        })
        assert.strictEqual((yield* whileLocked(url, ended))[0], "unavailable")
        assert.strictEqual(yield* reason(list), "answered")
      }).pipe(Effect.provide(ports(url)))
    })
  )

  it.live("times out when no connection has room for it, and the next one is answered", () =>
    Effect.gen(function* () {
      const url = yield* tables
      yield* Effect.gen(function* () {
        const outcomes = yield* under(Duration.seconds(5))(whileLocked(url, together(40)))
        assert.deepEqual([...new Set(outcomes)], ["timeout"])
        assert.strictEqual(yield* reason(list), "answered")
      }).pipe(Effect.provide(ports(url, { maxConnections: 1 }, Duration.millis(500))))
    })
  )

  it.live("fails where the tables are missing, and the cause says which", () =>
    Effect.gen(function* () {
      const url = yield* testDatabase
      const error = yield* Effect.flip(Effect.provide(list, ports(url)))
      assert.strictEqual(error.reason, "failed")
      assert.include(String(error.cause), '42P01: relation "clients" does not exist')
    })
  )

  it.live("is corrupt where a row breaks its schema, and the cause names the column and no value", () =>
    Effect.gen(function* () {
      const url = yield* tables
      const own = freshTenant()
      const odd = { ...own.service("Private name"), item_kind: "private kind" }
      yield* Effect.gen(function* () {
        const sql = yield* PgClient.PgClient
        yield* sql`ALTER TABLE service_catalog DROP CONSTRAINT service_catalog_item_kind_check`
        yield* load({ ...mergeDatasets(own.rows), service_catalog: [odd] })
      }).pipe(writing(url))
      const read = Effect.flatMap(ServiceReader, (reader) => reader.get(own.tenant, ServiceId.make(odd.service_id)))
      const error = yield* Effect.flip(Effect.provide(read, ports(url)))
      assert.deepEqual([error.reason, error.operation, error.retryable], ["corrupt", "ServiceReader.get", false])
      assert.include(String(error.cause), "item_kind")
      assert.notMatch(`${error.cause} ${error.message} ${JSON.stringify(error)}`, /private/i)
    })
  )

  it.live("keeps the values of its parameters out of the cause", () =>
    Effect.gen(function* () {
      const url = yield* testDatabase
      const error = yield* Effect.gen(function* () {
        const sql = yield* PgClient.PgClient
        return yield* Effect.flip(sql`SELECT ${"private text"}::text::uuid`)
      }).pipe(Effect.provide(layerServer({ url })))
      assert.include(String(error.reason.cause), "private")
      const mapped = fromSqlError("ClientReader.list", error)
      assert.strictEqual(mapped.reason, "failed")
      assert.include(String(mapped.cause), "22P02")
      assert.notMatch(`${mapped.cause} ${(mapped.cause as Error).stack} ${JSON.stringify(mapped)}`, /private/)
    })
  )
})

describe("Statements that share a connection", () => {
  const services = Effect.flatMap(ServiceReader, (reader) =>
    reader.list(tenant, { search: null, itemKind: null, isActive: null, billingMethod: null, page: 1, pageSize: 1 })
  )

  it.live("are answered beside one that the server refuses", () =>
    Effect.gen(function* () {
      const url = yield* tables
      yield* Effect.gen(function* () {
        const sql = yield* PgClient.PgClient
        const refused = Effect.flip(sql`SELECT 1 / 0 AS n`)
        const [before, error, after] = yield* Effect.all([together(3), refused, together(3)], { concurrency: 3 })
        assert.include(String(error.reason.cause), "division by zero")
        assert.deepEqual([...new Set([...before, ...after])], ["answered"])
      }).pipe(Effect.provide(ports(url, { maxConnections: 1 })))
    })
  )

  it.live("wait for the one before them, and are answered when it times out on the server", () =>
    Effect.gen(function* () {
      const url = yield* tables
      yield* Effect.gen(function* () {
        const both = Effect.all([reason(list), reason(services)], { concurrency: 2 })
        assert.deepEqual(yield* whileLocked(url, both), ["timeout", "answered"])
      }).pipe(Effect.provide(ports(url, { maxConnections: 1, statementTimeout: Duration.millis(300) })))
    })
  )

  it.live("are all sent again on the next connection when the server ends theirs", () =>
    Effect.gen(function* () {
      const url = yield* tables
      yield* Effect.gen(function* () {
        const calls = yield* whileLocked(
          url,
          Effect.gen(function* () {
            const calls = yield* Effect.forkDetach(together(20))
            yield* writing(url)(Effect.andThen(endWaiting, waiting(1)))
            return calls
          })
        )
        assert.deepEqual([...new Set(yield* Fiber.join(calls))], ["answered"])
      }).pipe(Effect.provide(ports(url, { maxConnections: 1 })))
    })
  )

  it.live("are answered by another connection when theirs was ended between two calls", () =>
    Effect.gen(function* () {
      const url = yield* tables
      const endOthers = Effect.flatMap(
        PgClient.PgClient,
        (sql) =>
          sql`SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
              WHERE datname = current_database() AND pid <> pg_backend_pid()`
      )
      yield* Effect.gen(function* () {
        assert.strictEqual(yield* reason(list), "answered")
        yield* writing(url)(endOthers)
        assert.deepEqual([...new Set(yield* together(5))], ["answered"])
      }).pipe(Effect.provide(ports(url, { maxConnections: 1 })))
    })
  )
})

describe("The client of a server", () => {
  it.live("refuses to write, and reads", () =>
    Effect.gen(function* () {
      const url = yield* tables
      yield* Effect.gen(function* () {
        const sql = yield* PgClient.PgClient
        const refused = yield* Effect.flip(sql`INSERT INTO tenants (client_name, email) VALUES ('a', 'b')`)
        assert.strictEqual((refused.reason.cause as { readonly code?: string }).code, "25006")
        assert.deepEqual(yield* sql`SELECT client_name FROM tenants`, [])
      }).pipe(Effect.provide(layerServer({ url })))
    })
  )

  it.live("looks up tables in public alone, with the given statement timeout", () =>
    Effect.gen(function* () {
      const url = yield* testDatabase
      yield* Effect.gen(function* () {
        const sql = yield* PgClient.PgClient
        const [settings] = yield* sql`
          SELECT current_setting('search_path') AS path, current_setting('statement_timeout') AS timeout`
        assert.deepEqual(settings, { path: "public", timeout: "1500ms" })
      }).pipe(Effect.provide(layerServer({ url, statementTimeout: Duration.millis(1500) })))
    })
  )
})
