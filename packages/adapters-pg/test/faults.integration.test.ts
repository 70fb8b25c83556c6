import { freshTenant } from "@alga-psa/ext-adapters-memory/contract/FreshTenant"
import { mergeDatasets } from "@alga-psa/ext-adapters-memory/Dataset"
import { ClientReader } from "@alga-psa/ext-domain/ClientReader"
import { PgClient } from "@effect/sql-pg"
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Duration, Effect, Fiber, Redacted } from "effect"
import { createTables, load } from "../src/Fixture.ts"
import { dedicatedServer, dedicatedServerWith, standbyOf } from "../testing/ServerBinaries.ts"
import { testDatabase } from "../testing/TestDatabase.ts"
import {
  after,
  connectTimeout,
  list,
  mute,
  ports,
  query,
  reason,
  tables,
  together,
  waiting,
  whileLocked,
  writing
} from "./faultCases.ts"
import { silentProxy } from "./silentProxy.ts"

describe("A database server that is away", () => {
  it.effect("is unavailable, at once, where nobody listens", () =>
    Effect.gen(function* () {
      const url = Redacted.make("postgres://postgres:hidden@127.0.0.1:1/postgres")
      const error = yield* Effect.flip(Effect.provide(list, ports(url)))
      assert.deepEqual([error.reason, error.operation, error.retryable], ["unavailable", "ClientReader.list", true])
      assert.notInclude(String(error.cause), "hidden")
    })
  )

  it.effect("is unavailable within the connect timeout where somebody listens and never answers", () =>
    Effect.gen(function* () {
      const { reached, url } = yield* mute
      const outcome = yield* after(connectTimeout, reached)(reason(Effect.provide(list, ports(url))))
      assert.strictEqual(outcome, "unavailable")
    })
  )

  it.effect("times out at the read timeout where that is shorter than the connect timeout", () =>
    Effect.gen(function* () {
      const { reached, url } = yield* mute
      const readTimeout = Duration.millis(300)
      const outcome = yield* after(
        readTimeout,
        reached
      )(reason(Effect.provide(list, ports(url, { connectTimeout: Duration.seconds(20) }, readTimeout))))
      assert.strictEqual(outcome, "timeout")
    })
  )

  it.effect("is unavailable while it is down, and answers again once it is back", () =>
    Effect.gen(function* () {
      const server = yield* dedicatedServer
      const url = Redacted.make(server.url)
      yield* writing(url)(createTables)
      yield* Effect.gen(function* () {
        assert.strictEqual(yield* reason(list), "answered")
        yield* server.stop
        assert.strictEqual(yield* reason(list), "unavailable")
        assert.strictEqual(yield* reason(list), "unavailable")
        yield* server.start
        assert.strictEqual(yield* reason(list), "answered")
        yield* server.stop
        yield* server.start
        assert.strictEqual(yield* reason(list), "answered")
      }).pipe(Effect.provide(ports(url)))
    })
  )

  it.effect("is unavailable to the calls that it leaves in the middle, and answers the next once it is back", () =>
    Effect.gen(function* () {
      const server = yield* dedicatedServer
      const url = Redacted.make(server.url)
      yield* writing(url)(createTables)
      yield* Effect.gen(function* () {
        const left = yield* Deferred.make<ReadonlyArray<string>>()
        const leaving = Effect.gen(function* () {
          const calls = yield* Effect.forkChild(together(3))
          yield* writing(url)(waiting(3))
          yield* server.stop
          yield* Deferred.succeed(left, yield* Fiber.join(calls))
        })
        yield* Effect.exit(whileLocked(url, leaving))
        assert.deepEqual(yield* Deferred.await(left), ["unavailable", "unavailable", "unavailable"])
        yield* server.start
        assert.strictEqual(yield* reason(list), "answered")
      }).pipe(Effect.provide(ports(url)))
    })
  )

  it.effect("times out when it falls silent in the middle, and answers again once it speaks", () =>
    Effect.gen(function* () {
      const direct = yield* tables
      const readTimeout = Duration.millis(400)
      const proxy = yield* silentProxy(Redacted.value(direct))
      yield* Effect.gen(function* () {
        assert.strictEqual(yield* reason(list), "answered")
        yield* proxy.silence
        const outcomes = yield* after(readTimeout)(together(2))
        assert.deepEqual(outcomes, ["timeout", "timeout"])
        yield* proxy.speak
        assert.strictEqual(yield* reason(list), "answered")
      }).pipe(Effect.provide(ports(Redacted.make(proxy.url), {}, readTimeout)))
    })
  )

  it.effect("fails, without a hint to retry, when it refuses the password", () =>
    Effect.gen(function* () {
      const url = new URL((yield* dedicatedServer).url)
      url.password = "wrong"
      const error = yield* Effect.flip(Effect.provide(list, ports(Redacted.make(url.toString()))))
      assert.deepEqual([error.reason, error.retryable], ["failed", false])
      assert.include(String(error.cause), "28P01")
    })
  )

  it.effect("fails, without a hint to retry, when it has no such database", () =>
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
        const recovery = Effect.flatMap(PgClient.PgClient, (sql) => sql`SELECT pg_is_in_recovery() AS standby`)
        assert.deepEqual(yield* writing(url)(recovery), [{ standby: true }])
        yield* Effect.retry(Effect.repeat(read, { until: (page) => page.totalCount === 1 }), {
          while: (error) => error.reason === "timeout"
        })
        yield* whileLocked(
          writable,
          Effect.gen(function* () {
            yield* writing(writable)(flushed)
            yield* writing(url)(locked)
            assert.strictEqual(yield* reason(read), "timeout")
          })
        )
        yield* Effect.retry(read, { while: (error) => error.reason === "timeout" })
      }).pipe(Effect.provide(ports(url, { statementTimeout: Duration.millis(300) })))
    })
  )
})
