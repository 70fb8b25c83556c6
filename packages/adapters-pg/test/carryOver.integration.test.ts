import { freshTenant } from "@alga-psa/ext-adapters-memory/contract/FreshTenant"
import { mergeDatasets } from "@alga-psa/ext-adapters-memory/Dataset"
import { ClientReader } from "@alga-psa/ext-domain/ClientReader"
import type { TenantId } from "@alga-psa/ext-domain/Identifiers"
import { PgClient } from "@effect/sql-pg"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Fiber, Layer, type Redacted } from "effect"
import { TestClock } from "effect/testing"
import { layerAdmin } from "../src/AdminClient.ts"
import { createTables, load } from "../src/Fixture.ts"
import { layerByTenant } from "../src/PgPortsByTenant.ts"
import { layerServer } from "../src/PgServer.ts"
import { ReadTimeout } from "../src/ReadTimeout.ts"
import * as TenantPolicies from "../src/TenantPolicies.ts"
import { testDatabase } from "../testing/TestDatabase.ts"
import { connectTimeout, endWaiting, reason, waiting, whileLocked, writing } from "./faultCases.ts"
import { reader } from "./reader.ts"

const one = freshTenant()
const two = freshTenant()
const rows = mergeDatasets(one.rows, two.rows, { clients: [one.client("One"), two.client("Two")] })

/** A database with a client of each of two tenants, policies on, and the reading login's address. */
const database = Effect.gen(function* () {
  const url = yield* testDatabase
  const administering = Effect.provide(layerAdmin(url))
  yield* administering(Effect.andThen(createTables, load(rows)))
  const login = yield* reader(url)
  yield* administering(TenantPolicies.apply({ reader: login.name, unrestricted: [] }))
  return { url, login }
})

interface Limits {
  readonly statementTimeout?: Duration.Duration
  readonly readTimeout?: Duration.Duration
}

/** The ports over a pool of one connection, which the client beside them shares. */
const oneConnection = (url: Redacted.Redacted, { statementTimeout, readTimeout }: Limits = {}) =>
  layerByTenant.pipe(
    Layer.provideMerge(
      layerServer({ url, maxConnections: 1, connectTimeout, statementTimeout: statementTimeout ?? Duration.hours(1) })
    ),
    Layer.provide(Layer.succeed(ReadTimeout, readTimeout ?? Duration.minutes(2)))
  )

const names = (tenant: TenantId) =>
  Effect.flatMap(ClientReader, (clients) =>
    clients.list(tenant, { search: null, includeInactive: true, onlyClient: null, page: 1, pageSize: 10 })
  ).pipe(Effect.map(({ items }) => items.map(({ clientName }) => clientName)))

/** What the connection shows to a statement that names no tenant, and what the next tenant is shown. */
const next = Effect.gen(function* () {
  const sql = yield* PgClient.PgClient
  const [left] = yield* sql`
    SELECT coalesce(current_setting('alga.tenant', true), '') AS tenant, count(client_id)::int4 AS visible FROM clients`
  return { left, names: yield* names(two.tenant) }
})

const clean = { left: { tenant: "", visible: 0 }, names: ["Two"] }

/** Reads while another session holds the clients' table, and uses the reading once it waits for that. */
const readLocked = <A, E, R, B, E2, R2>(
  url: Redacted.Redacted,
  read: Effect.Effect<A, E, R>,
  use: (reading: Fiber.Fiber<A, E>) => Effect.Effect<B, E2, R2>
) =>
  whileLocked(
    url,
    Effect.flatMap(Effect.forkChild(read), (reading) => Effect.andThen(writing(url)(waiting(1)), use(reading)))
  )

describe("The one connection of a pool carries no tenant over", () => {
  it.live("after an answer", () =>
    Effect.gen(function* () {
      const { login } = yield* database
      yield* Effect.gen(function* () {
        assert.deepEqual(yield* names(one.tenant), ["One"])
        assert.deepEqual(yield* next, clean)
      }).pipe(Effect.provide(oneConnection(login.url)))
    })
  )

  it.live("between callers that take turns on it", () =>
    Effect.gen(function* () {
      const { login } = yield* database
      const tenants = Array.from({ length: 40 }, (_, index) => (index % 2 === 0 ? one.tenant : two.tenant))
      yield* Effect.gen(function* () {
        const found = yield* Effect.forEach(tenants, names, { concurrency: "unbounded" })
        assert.deepEqual(
          found.flat(),
          tenants.map((tenant) => (tenant === one.tenant ? "One" : "Two"))
        )
        assert.deepEqual(yield* next, clean)
      }).pipe(Effect.provide(oneConnection(login.url)))
    })
  )

  it.live("after a statement that the server refuses", () =>
    Effect.gen(function* () {
      const { url, login } = yield* database
      const change = (statement: string) =>
        Effect.flatMap(PgClient.PgClient, (sql) => sql.unsafe(statement)).pipe(Effect.provide(layerAdmin(url)))
      yield* Effect.gen(function* () {
        yield* change(`REVOKE SELECT (client_type) ON clients FROM ${login.name}`)
        assert.strictEqual(yield* reason(names(one.tenant)), "failed")
        yield* change(`GRANT SELECT (client_type) ON clients TO ${login.name}`)
        assert.deepEqual(yield* next, clean)
      }).pipe(Effect.provide(oneConnection(login.url)))
    })
  )

  it.live("after an interrupt in the middle of a statement, which does not wait for the server", () =>
    Effect.gen(function* () {
      const { url, login } = yield* database
      yield* Effect.gen(function* () {
        assert.isUndefined(yield* readLocked(url, names(one.tenant), Fiber.interrupt))
        assert.deepEqual(yield* next, clean)
      }).pipe(Effect.provide(oneConnection(login.url)))
    })
  )

  it.live("after the server's own time limit", () =>
    Effect.gen(function* () {
      const { url, login } = yield* database
      yield* Effect.gen(function* () {
        assert.strictEqual(yield* whileLocked(url, reason(names(one.tenant))), "timeout")
        assert.deepEqual(yield* next, clean)
      }).pipe(Effect.provide(oneConnection(login.url, { statementTimeout: Duration.seconds(5) })))
    })
  )

  it.effect("after the port's time limit", () =>
    Effect.gen(function* () {
      const { url, login } = yield* database
      const readTimeout = Duration.millis(500)
      yield* Effect.gen(function* () {
        const outcome = yield* readLocked(url, reason(names(one.tenant)), (reading) =>
          Effect.andThen(TestClock.adjust(readTimeout), Fiber.join(reading))
        )
        assert.strictEqual(outcome, "timeout")
        assert.deepEqual(yield* next, clean)
      }).pipe(Effect.provide(oneConnection(login.url, { readTimeout })))
    })
  )

  it.live("after the server ended it", () =>
    Effect.gen(function* () {
      const { url, login } = yield* database
      // It is sent once more, on another connection, while the table is still locked.
      const endAndWait = writing(url)(Effect.andThen(endWaiting, waiting(1)))
      yield* Effect.gen(function* () {
        const reading = yield* readLocked(url, names(one.tenant), (reading) => Effect.as(endAndWait, reading))
        assert.deepEqual(yield* Fiber.join(reading), ["One"])
        assert.deepEqual(yield* next, clean)
      }).pipe(Effect.provide(oneConnection(login.url)))
    })
  )
})
