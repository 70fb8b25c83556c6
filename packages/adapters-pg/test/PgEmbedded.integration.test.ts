import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { seed } from "@alga-psa/ext-adapters-memory/Seed"
import { ids } from "@alga-psa/ext-adapters-memory/SeedIds"
import { ClientReader } from "@alga-psa/ext-domain/ClientReader"
import { PgClient } from "@effect/sql-pg"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { PGlite } from "@electric-sql/pglite"
import { Effect, Layer } from "effect"
import { createTables, load } from "../src/Fixture.ts"
import { makeSession } from "../src/internal/embeddedSession.ts"
import { layerEmbedded } from "../src/PgEmbedded.ts"
import { layer } from "../src/PgPorts.ts"

const folder = await mkdtemp(join(tmpdir(), "alga-embedded-"))
afterAll(() => rm(folder, { recursive: true, force: true }))

/** Making a database takes seconds of processor time, starting it again less. */
const dataDir = join(folder, "database")
const started = () => layerEmbedded({ dataDir })
beforeAll(() =>
  Effect.runPromise(
    createTables.pipe(Effect.andThen(load(seed({ contentHash: "a".repeat(64) }))), Effect.provide(started()))
  )
)

const evergreen = Effect.flatMap(ClientReader, (reader) => reader.get(ids.tenants.acme, ids.clients.evergreen))

describe("The embedded database", () => {
  it.live("keeps the seed in its folder from one start to the next", () =>
    Effect.gen(function* () {
      const found = yield* Effect.provide(evergreen, Layer.provide(layer, started()))
      assert.strictEqual(found?.clientName, "Evergreen Dental Group")
    })
  )

  it.live("says so when it cannot start", () =>
    Effect.gen(function* () {
      const path = join(folder, "file")
      yield* Effect.promise(() => writeFile(path, "not a folder"))
      const error = yield* Effect.flip(
        Effect.provide(evergreen, Layer.provide(layer, layerEmbedded({ dataDir: path })))
      )
      assert.strictEqual(error._tag, "EmbeddedUnavailable")
    })
  )

  it.live("answers many statements at once, each with its own rows", () =>
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      const numbers = Array.from({ length: 200 }, (_, index) => index)
      const rows = yield* Effect.forEach(numbers, (n) => sql<{ readonly n: number }>`SELECT ${n}::int4 AS n`, {
        concurrency: "unbounded"
      })
      assert.deepEqual(
        rows.map(([row]) => row?.n),
        numbers
      )
    }).pipe(Effect.provide(started()))
  )

  it.live("starts every connection clean, whatever the last one left", () =>
    Effect.gen(function* () {
      const database = yield* Effect.acquireRelease(
        Effect.promise(() => PGlite.create(dataDir)),
        (it) => Effect.promise(() => it.close())
      )
      const connect = PgClient.layer({ stream: makeSession(database), username: "postgres", maxConnections: 1 })
      const run = <A, E>(use: (sql: PgClient.PgClient) => Effect.Effect<A, E>) =>
        Effect.provide(Effect.flatMap(PgClient.PgClient, use), connect)
      yield* run((sql) =>
        Effect.all([
          sql`CREATE TABLE notes (text text)`,
          sql`SELECT text FROM notes WHERE text = ${"a"}`,
          sql.unsafe("BEGIN"),
          sql.unsafe("SET search_path = pg_catalog"),
          sql`INSERT INTO public.notes VALUES (${"left open"})`
        ])
      )
      assert.deepEqual(yield* run((sql) => sql`SELECT text FROM notes`), [])
      yield* run((sql) => sql.unsafe("SET default_transaction_read_only = on"))
      yield* run((sql) => sql`INSERT INTO notes VALUES (${"written"})`)
    })
  )
})
