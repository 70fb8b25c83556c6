import { type AddressInfo, createServer } from "node:net"
import { ClientReader } from "@alga-psa/ext-domain/ClientReader"
import type { ClientsQuery } from "@alga-psa/ext-domain/Clients"
import type { DataSourceError } from "@alga-psa/ext-domain/DataSourceError"
import { TenantId } from "@alga-psa/ext-domain/Identifiers"
import { PgClient } from "@effect/sql-pg"
import { assert } from "@effect/vitest"
import { Deferred, Duration, Effect, Fiber, Layer, Redacted } from "effect"
import { TestClock } from "effect/testing"
import { createTables } from "../src/Fixture.ts"
import { layer } from "../src/PgPorts.ts"
import { layerServer, type ServerOptions } from "../src/PgServer.ts"
import { ReadTimeout } from "../src/ReadTimeout.ts"
import { holdClients } from "../testing/HeldClients.ts"
import { testDatabase } from "../testing/TestDatabase.ts"

/** A query whose search must not show up anywhere. */
export const query: ClientsQuery = { search: "secret", includeInactive: true, onlyClient: null, page: 1, pageSize: 25 }
/** A tenant without rows. */
export const tenant = TenantId.make("00000000-0000-4000-8000-000000000000")

/** The read that the cases do. */
export const list = Effect.flatMap(ClientReader, (reader) => reader.list(tenant, query))

/** Why a read failed, or that it was answered. */
export const reason = <A, R>(read: Effect.Effect<A, DataSourceError, R>) =>
  Effect.match(read, { onFailure: (error) => error.reason, onSuccess: () => "answered" })

/** How long {@link ports} waits for a connection where nothing else is said. */
export const connectTimeout: Duration.Duration = Duration.minutes(1)

/** The ports on the server at the URL, with the read timeout. By default nothing ends a read that a busy machine delays. */
export const ports = (
  url: Redacted.Redacted,
  options: Partial<ServerOptions> = {},
  readTimeout = Duration.minutes(2),
  adapter = layer
) =>
  adapter.pipe(
    Layer.provideMerge(layerServer({ url, connectTimeout, statementTimeout: Duration.hours(1), ...options })),
    Layer.provide(Layer.succeed(ReadTimeout, readTimeout)),
    Layer.orDie
  )

const writer = (url: Redacted.Redacted) => PgClient.layer({ url, maxConnections: 2, connectTimeout })

/** Provides a client that may write. */
export const writing = (url: Redacted.Redacted) => Effect.provide(writer(url))

/** A new database with the tables. */
export const tables = Effect.tap(testDatabase, (url) => writing(url)(createTables))

/** An address where somebody listens and never answers, and what waits until it is connected to. */
export const mute = Effect.gen(function* () {
  const reached = yield* Deferred.make<void>()
  const server = yield* Effect.acquireRelease(
    Effect.callback<ReturnType<typeof createServer>>((resume) => {
      const server = createServer(() => Deferred.doneUnsafe(reached, Effect.void)).listen(0, "127.0.0.1", () =>
        resume(Effect.succeed(server))
      )
    }),
    (server) => Effect.sync(() => server.close())
  )
  const { port } = server.address() as AddressInfo
  return {
    url: Redacted.make(`postgres://postgres:postgres@127.0.0.1:${port}/postgres`),
    reached: Deferred.await(reached)
  }
})

/** Runs while another session holds the clients' table. */
export const whileLocked = <A, E, R>(url: Redacted.Redacted, run: Effect.Effect<A, E, R>) =>
  Effect.flatMap(holdClients(writer(url)), (release) => Effect.tap(run, () => release)).pipe(Effect.scoped)

/** Waits until that many sessions of the database wait for a lock, and gives their backends. */
export const waiting = (count: number) =>
  Effect.flatMap(PgClient.PgClient, (sql) =>
    sql<{ readonly pid: number }>`
      SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`.pipe(
      Effect.repeat({ until: (found) => found.length === count }),
      Effect.map((found) => found.map(({ pid }) => pid))
    )
  )

/** Waits for a session that waits for a lock, and ends it: who waits for one afterwards is another. */
export const endWaiting = Effect.gen(function* () {
  const sql = yield* PgClient.PgClient
  const pids = yield* waiting(1)
  yield* Effect.forEach(pids, (pid) => sql`SELECT pg_terminate_backend(${pid}, 120000)`)
})

/** Reads at the same time, and how each ended. */
export const together = (count: number) =>
  Effect.all(
    Array.from({ length: count }, () => reason(list)),
    { concurrency: count }
  )

/** What a run gives that ends when so much time has passed, of the test's clock, since it came to where it waits, and not before. */
export const after =
  (time: Duration.Duration, waits: Effect.Effect<void> = Effect.void) =>
  <A, E, R>(run: Effect.Effect<A, E, R>) =>
    Effect.gen(function* () {
      const running = yield* Effect.forkChild(run, { startImmediately: true })
      yield* waits
      yield* TestClock.adjust(Duration.subtract(time, Duration.millis(1)))
      assert.isUndefined(running.pollUnsafe())
      yield* TestClock.adjust(Duration.millis(1))
      return yield* Fiber.join(running)
    })
