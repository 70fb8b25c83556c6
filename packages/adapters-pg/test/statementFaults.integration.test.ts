import { freshTenant } from "@alga-psa/ext-adapters-memory/contract/FreshTenant"
import { mergeDatasets } from "@alga-psa/ext-adapters-memory/Dataset"
import { ServiceId } from "@alga-psa/ext-domain/Identifiers"
import { ServiceReader } from "@alga-psa/ext-domain/ServiceReader"
import { PgClient } from "@effect/sql-pg"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Fiber } from "effect"
import { load } from "../src/Fixture.ts"
import { fromSqlError } from "../src/internal/failure.ts"
import { layer } from "../src/PgPorts.ts"
import { layerByTenant } from "../src/PgPortsByTenant.ts"
import { layerServer } from "../src/PgServer.ts"
import { testDatabase } from "../testing/TestDatabase.ts"
import {
  after,
  endWaiting,
  list,
  ports,
  reason,
  tables,
  tenant,
  together,
  waiting,
  whileLocked,
  writing
} from "./faultCases.ts"

describe("A statement that cannot be answered", () => {
  it.live("times out on the server, and leaves the connection usable", () =>
    Effect.gen(function* () {
      const url = yield* tables
      yield* Effect.gen(function* () {
        assert.strictEqual(yield* whileLocked(url, reason(list)), "timeout")
        assert.strictEqual(yield* reason(list), "answered")
      }).pipe(Effect.provide(ports(url, { statementTimeout: Duration.seconds(5) })))
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

  it.effect("times out when no connection has room for it, and the next one is answered", () =>
    Effect.gen(function* () {
      const url = yield* tables
      const readTimeout = Duration.millis(500)
      yield* Effect.gen(function* () {
        const outcomes = yield* whileLocked(url, after(readTimeout)(together(40)))
        assert.deepEqual([...new Set(outcomes)], ["timeout"])
        assert.strictEqual(yield* reason(list), "answered")
      }).pipe(Effect.provide(ports(url, { maxConnections: 1 }, readTimeout)))
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

describe.each([
  { adapter: layer, reads: "a read" },
  { adapter: layerByTenant, reads: "a read in its tenant's transaction" }
])("A connection that ends under its statement: $reads", ({ adapter }) => {
  it.live("is replaced, and the read answered once more", () =>
    Effect.gen(function* () {
      const url = yield* tables
      yield* Effect.gen(function* () {
        const call = yield* whileLocked(
          url,
          Effect.gen(function* () {
            const call = yield* Effect.forkDetach(reason(list))
            yield* writing(url)(Effect.andThen(endWaiting, waiting(1)))
            return call
          })
        )
        assert.strictEqual(yield* Fiber.join(call), "answered")
      }).pipe(Effect.provide(ports(url, {}, undefined, adapter)))
    })
  )

  it.live("is replaced once, and the read is unavailable where the next one ends too", () =>
    Effect.gen(function* () {
      const url = yield* tables
      yield* Effect.gen(function* () {
        const ended = Effect.all([reason(list), writing(url)(Effect.andThen(endWaiting, endWaiting))], {
          concurrency: 2
        })
        assert.strictEqual((yield* whileLocked(url, ended))[0], "unavailable")
        assert.strictEqual(yield* reason(list), "answered")
      }).pipe(Effect.provide(ports(url, {}, undefined, adapter)))
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
      }).pipe(Effect.provide(ports(url, { maxConnections: 1, statementTimeout: Duration.seconds(5) })))
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

  it.live.each([
    { adapter: layer, reads: "a read" },
    { adapter: layerByTenant, reads: "a read in its tenant's transaction" }
  ])("are answered by another connection when theirs was ended between two calls: $reads", ({ adapter }) =>
    Effect.gen(function* () {
      const url = yield* tables
      const endOthers = Effect.flatMap(
        PgClient.PgClient,
        (sql) =>
          sql`SELECT pg_terminate_backend(pid, 120000) FROM pg_stat_activity
              WHERE datname = current_database() AND pid <> pg_backend_pid()`
      )
      yield* Effect.gen(function* () {
        assert.strictEqual(yield* reason(list), "answered")
        yield* writing(url)(endOthers)
        assert.deepEqual([...new Set(yield* together(5))], ["answered"])
      }).pipe(Effect.provide(ports(url, { maxConnections: 1 }, undefined, adapter)))
    })
  )
})

describe("A list that takes long", () => {
  const catalog = Effect.flatMap(ServiceReader, (reader) =>
    reader.list(tenant, { search: null, itemKind: null, isActive: null, billingMethod: null, page: 1, pageSize: 1 })
  )
  const service = Effect.flatMap(ServiceReader, (reader) => reader.get(tenant, ServiceId.make(tenant)))

  it.live("holds up no other list and no read of one record", () =>
    Effect.gen(function* () {
      const url = yield* tables
      yield* Effect.gen(function* () {
        const slow = yield* whileLocked(
          url,
          Effect.gen(function* () {
            const slow = yield* Effect.forkDetach(together(3))
            yield* writing(url)(waiting(3))
            assert.deepEqual([yield* reason(catalog), yield* reason(service)], ["answered", "answered"])
            yield* writing(url)(waiting(3))
            return slow
          })
        )
        assert.deepEqual([...new Set(yield* Fiber.join(slow))], ["answered"])
      }).pipe(Effect.provide(ports(url)))
    })
  )

  it.live("ends on the server as soon as its caller gives up", () =>
    Effect.gen(function* () {
      const url = yield* tables
      yield* Effect.gen(function* () {
        const outcome = whileLocked(
          url,
          Effect.gen(function* () {
            const slow = yield* Effect.forkDetach(list)
            yield* writing(url)(waiting(1))
            yield* Fiber.interrupt(slow)
            yield* writing(url)(waiting(0))
            return "ended"
          })
        )
        assert.strictEqual(yield* outcome, "ended")
        assert.strictEqual(yield* reason(list), "answered")
      }).pipe(Effect.provide(ports(url)))
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
        assert.deepEqual(settings, { path: "public", timeout: "90500ms" })
      }).pipe(Effect.provide(layerServer({ url, statementTimeout: Duration.millis(90_500) })))
    })
  )
})
