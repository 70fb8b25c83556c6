import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { seed } from "@alga-psa/ext-adapters-memory/Seed"
import { ids } from "@alga-psa/ext-adapters-memory/SeedIds"
import { ClientReader } from "@alga-psa/ext-domain/ClientReader"
import { PgClient } from "@effect/sql-pg"
import { afterAll, assert, beforeAll, describe, it, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { vi } from "vitest"
import { createTables, load } from "../src/Fixture.ts"
import { makeInMemory } from "../src/internal/embeddedInMemory.ts"
import { makeSession } from "../src/internal/embeddedSession.ts"
import { layerEmbedded } from "../src/PgEmbedded.ts"
import { layer as layerPorts } from "../src/PgPorts.ts"

const folder = await mkdtemp(join(tmpdir(), "alga-embedded-"))
afterAll(() => rm(folder, { recursive: true, force: true }))

const started = layerEmbedded({ dataDir: join(folder, "database") })
beforeAll(() =>
  Effect.runPromise(
    createTables.pipe(Effect.andThen(load(seed({ contentHash: "a".repeat(64) }))), Effect.provide(started))
  )
)

const evergreen = Effect.flatMap(ClientReader, (reader) => reader.get(ids.tenants.acme, ids.clients.evergreen))

layer(started)("The embedded database, started again", (it) => {
  it.effect("keeps the seed in its folder from one start to the next", () =>
    Effect.gen(function* () {
      const found = yield* Effect.provide(evergreen, layerPorts)
      assert.strictEqual(found?.clientName, "Evergreen Dental Group")
    })
  )

  it.effect("answers many statements at once, each with its own rows", () =>
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
    })
  )
})

describe("The embedded database", () => {
  it.live("says so when its folder belongs to another version", () =>
    Effect.gen(function* () {
      const dataDir = join(folder, "older")
      yield* Effect.promise(() => mkdir(dataDir))
      yield* Effect.promise(() => writeFile(join(dataDir, "PG_VERSION"), "12\n"))
      const error = yield* Effect.flip(Effect.scoped(Layer.build(layerEmbedded({ dataDir }))))
      assert.strictEqual(error._tag, "EmbeddedUnavailable")
    })
  )

  it.live("in memory is made of the files that are kept, and says so when they are of no use", () =>
    Effect.gen(function* () {
      const start = Effect.scoped(Layer.build(layerEmbedded()))
      yield* start
      const names = yield* Effect.promise(() => readdir(process.env["ALGA_KEPT_DATABASES"] ?? ""))
      const kept = names.filter((name) => /^pglite-[\d.]+\.tar$/.test(name))
      vi.stubEnv("ALGA_KEPT_DATABASES", folder)
      yield* Effect.promise(() => Promise.all(kept.map((name) => writeFile(join(folder, name), "no archive"))))
      assert.strictEqual((yield* Effect.flip(start))._tag, "EmbeddedUnavailable")
    })
  )

  it.live("starts every connection clean, whatever the last one left", () =>
    Effect.gen(function* () {
      const database = yield* Effect.acquireRelease(Effect.promise(makeInMemory), (it) =>
        Effect.promise(() => it.close())
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
