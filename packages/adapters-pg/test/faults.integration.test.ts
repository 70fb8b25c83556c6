import { createServer } from "node:net"
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
import { dedicatedServer } from "../testing/ServerBinaries.ts"
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
      const error = yield* under(Duration.seconds(2))(Effect.flip(Effect.provide(list, ports(url))))
      assert.deepEqual([error.reason, error.operation, error.retryable], ["unavailable", "ClientReader.list", true])
      assert.notInclude(String(error.cause), "hidden")
    })
  )

  it.live("is unavailable within the connect timeout where somebody listens and never answers", () =>
    Effect.gen(function* () {
      const mute = yield* Effect.acquireRelease(
        Effect.callback<ReturnType<typeof createServer>>((resume) => {
          const server = createServer().listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
        }),
        (server) => Effect.sync(() => server.close())
      )
      const address = mute.address()
      const port = typeof address === "object" ? address?.port : 0
      const url = Redacted.make(`postgres://postgres:postgres@127.0.0.1:${port}/postgres`)
      const outcome = yield* under(Duration.seconds(2))(reason(Effect.provide(list, ports(url))))
      assert.strictEqual(outcome, "unavailable")
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
        assert.strictEqual(yield* under(Duration.seconds(2))(reason(list)), "unavailable")
        assert.strictEqual(yield* under(Duration.seconds(2))(reason(list)), "unavailable")
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
        const outcomes = yield* under(Duration.seconds(2))(Effect.all([reason(list), reason(list)], { concurrency: 2 }))
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

  it.live("is unavailable when the server ends its connection, and the next one is answered", () =>
    Effect.gen(function* () {
      const url = yield* tables
      const endWaiting = Effect.flatMap(PgClient.PgClient, (sql) =>
        sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock'`.pipe(
          Effect.repeat({ until: (ended) => ended.length > 0 })
        )
      )
      yield* Effect.gen(function* () {
        const ended = Effect.all([reason(list), writing(url)(endWaiting)], { concurrency: 2 })
        assert.strictEqual((yield* whileLocked(url, ended))[0], "unavailable")
        assert.strictEqual(yield* reason(list), "answered")
      }).pipe(Effect.provide(ports(url)))
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
