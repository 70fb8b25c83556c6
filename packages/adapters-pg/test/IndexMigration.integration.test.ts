import { freshTenant } from "@alga-psa/ext-adapters-memory/contract/FreshTenant"
import { mergeDatasets } from "@alga-psa/ext-adapters-memory/Dataset"
import { PgClient } from "@effect/sql-pg"
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, type Redacted } from "effect"
import { layerAdmin } from "../src/AdminClient.ts"
import { createTables, load } from "../src/Fixture.ts"
import { apply, dropAll, type IndexStatus, type IndexStep, type Listener, plan } from "../src/IndexMigration.ts"
import { indexPack } from "../src/IndexPack.ts"
import type { IndexDefinition } from "../src/PgResource.ts"
import { testDatabase } from "../testing/TestDatabase.ts"

const pack = indexPack.filter(({ optIn }) => !optIn)
const [first] = pack as [IndexDefinition, ...ReadonlyArray<IndexDefinition>]

const trigram: IndexDefinition = {
  name: "test_trigram",
  table: "clients",
  definition: "public.clients USING gin (client_name gin_trgm_ops)",
  serves: "this test",
  optIn: true
}

const states = (statuses: ReadonlyArray<IndexStatus>) => [...new Set(statuses.map(({ state }) => state))]

const recorder = () => {
  const steps: Array<IndexStep> = []
  const listener: Listener = (step) => Effect.sync(() => steps.push(step))
  return { listener, names: () => steps.flatMap(({ _tag, name }) => (_tag === "Progress" ? [] : [`${_tag} ${name}`])) }
}

/** Runs as an administrator of a new database with the tables and a few clients. */
const onTables = <A, E>(use: (url: Redacted.Redacted) => Effect.Effect<A, E, PgClient.PgClient>) =>
  Effect.gen(function* () {
    const url = yield* testDatabase
    const own = freshTenant()
    const data = mergeDatasets(own.rows, { ...own.rows, tenants: [], service_types: [], clients: [own.client("One")] })
    return yield* createTables.pipe(
      Effect.andThen(load(data)),
      Effect.andThen(use(url)),
      Effect.provide(layerAdmin(url))
    )
  })

/** Runs while another session has a transaction open that wrote to the clients' table, which every build waits for. */
const whileWritten = <A, E, R>(
  url: Redacted.Redacted,
  run: (release: Effect.Effect<unknown>) => Effect.Effect<A, E, R>
) =>
  Effect.gen(function* () {
    const written = yield* Deferred.make<void>()
    const released = yield* Deferred.make<void>()
    const release = Deferred.succeed(released, undefined)
    const writing = Effect.flatMap(PgClient.PgClient, (sql) =>
      sql`UPDATE clients SET notes = 'written'`.pipe(
        Effect.andThen(Deferred.succeed(written, undefined)),
        Effect.andThen(Deferred.await(released)),
        sql.withTransaction
      )
    )
    const writer = yield* Effect.forkChild(Effect.provide(writing, PgClient.layer({ url, maxConnections: 1 })))
    yield* Deferred.await(written)
    return yield* Effect.ensuring(run(release), Effect.andThen(release, Effect.ignore(Fiber.join(writer))))
  })

/** The first progress that says that the build waits for who writes: by then its index is there. */
const untilItWaits = Effect.map(Deferred.make<IndexStep>(), (seen) => ({
  seen: Deferred.await(seen),
  listener: (step: IndexStep) =>
    step._tag === "Progress" && step.phase.includes("waiting for writers")
      ? Effect.asVoid(Deferred.succeed(seen, step))
      : Effect.void
}))

describe("The plan of the indexes", () => {
  it.live("says what is missing and why it should be there, and changes nothing", () =>
    onTables(() =>
      Effect.gen(function* () {
        const found = yield* plan(pack)
        assert.deepEqual(states(found), ["missing"])
        assert.deepEqual(
          found.map(({ definition, bytes, servedBy }) => [definition.name, bytes, servedBy]),
          pack.map(({ name }) => [name, null, null])
        )
        assert.deepEqual(states(yield* plan(pack)), ["missing"])
      })
    )
  )

  it.live("says that a database without the tables is not Alga's, and applying says so", () =>
    Effect.gen(function* () {
      const url = yield* testDatabase
      yield* Effect.gen(function* () {
        assert.deepEqual(states(yield* plan(pack)), ["no-table"])
        const error = yield* Effect.flip(apply(pack))
        assert.strictEqual(error._tag, "IndexesImpossible")
        assert.include(error.message, "clients")
      }).pipe(Effect.provide(layerAdmin(url)))
    })
  )
})

describe("Applying the indexes", () => {
  it.live("builds each as it is defined, and has nothing to do when run again", () =>
    onTables(() =>
      Effect.gen(function* () {
        const built = recorder()
        const after = yield* apply(pack, built.listener)
        assert.deepEqual(
          after.map(({ state, definition, servedBy }) => [state, servedBy === definition.name]),
          pack.map(() => ["present", true])
        )
        assert.isTrue(after.every(({ bytes }) => (bytes ?? 0) > 0))
        assert.deepEqual(
          built.names(),
          pack.flatMap(({ name }) => [`Building ${name}`, `Built ${name}`])
        )
        const again = recorder()
        assert.deepEqual(yield* apply(pack, again.listener), after)
        assert.deepEqual(again.names(), [])
      })
    )
  )

  it.live("takes an equal index under another name for present, and neither builds nor drops it", () =>
    onTables(() =>
      Effect.gen(function* () {
        const sql = yield* PgClient.PgClient
        yield* sql.unsafe(`CREATE INDEX made_by_hand ON ${first.definition}`).unprepared
        const [status] = yield* apply(pack)
        assert.deepEqual([status?.state, status?.servedBy], ["present-elsewhere", "made_by_hand"])
        const [left] = yield* dropAll(pack)
        assert.deepEqual([left?.state, left?.servedBy], ["present-elsewhere", "made_by_hand"])
      })
    )
  )

  it.live("builds again what has its name and another definition", () =>
    onTables(() =>
      Effect.gen(function* () {
        const sql = yield* PgClient.PgClient
        yield* sql.unsafe(`CREATE INDEX ${first.name} ON clients (tenant, url)`).unprepared
        assert.strictEqual((yield* plan([first]))[0]?.state, "differs")
        const built = recorder()
        assert.deepEqual(states(yield* apply([first], built.listener)), ["present"])
        assert.deepEqual(
          built.names(),
          ["Dropping", "Dropped", "Building", "Built"].map((what) => `${what} ${first.name}`)
        )
      })
    )
  )

  it.live("takes no unique index for one of its own, which could refuse rows, whatever name it has", () =>
    onTables(() =>
      Effect.gen(function* () {
        const sql = yield* PgClient.PgClient
        const unique: IndexDefinition = { ...first, definition: "public.clients USING btree (client_id)" }
        yield* sql.unsafe(`CREATE UNIQUE INDEX ${unique.name} ON ${unique.definition}`).unprepared
        const [own] = yield* plan([unique])
        assert.deepEqual([own?.state, own?.servedBy], ["differs", null])
        yield* sql.unsafe(`ALTER INDEX ${unique.name} RENAME TO made_by_hand`).unprepared
        assert.deepEqual(states(yield* plan([unique])), ["missing"])
        yield* sql.unsafe(`CREATE INDEX plain ON ${unique.definition}`).unprepared
        const [elsewhere] = yield* plan([unique])
        assert.deepEqual([elsewhere?.state, elsewhere?.servedBy], ["present-elsewhere", "plain"])
      })
    )
  )

  it.live("can be interrupted in the middle of a build, and goes on when run again", () =>
    onTables((url) =>
      Effect.gen(function* () {
        const building = yield* untilItWaits
        yield* whileWritten(url, () =>
          Effect.gen(function* () {
            const run = yield* Effect.forkChild(apply(pack, building.listener))
            yield* building.seen
            assert.strictEqual((yield* plan([first]))[0]?.state, "building")
            yield* Fiber.interrupt(run)
            assert.strictEqual((yield* plan([first]))[0]?.state, "invalid")
          })
        )
        assert.deepEqual(states(yield* apply(pack)), ["present"])
      })
    )
  )

  it.live("works alone: a second run fails and says who works, and the first one ends well", () =>
    onTables((url) =>
      Effect.gen(function* () {
        const building = yield* untilItWaits
        const run = yield* whileWritten(url, () =>
          Effect.gen(function* () {
            const fiber = yield* Effect.forkChild(apply(pack, building.listener))
            yield* building.seen
            const second = Effect.all([Effect.flip(apply(pack)), Effect.flip(dropAll(pack))])
            const [refused, refusedDrop] = yield* Effect.provide(second, layerAdmin(url))
            assert.deepEqual([refused._tag, refusedDrop._tag], ["AnotherRun", "AnotherRun"])
            assert.match(refused.message, /alga-extension-admin, backend \d+, connected \d{4}-/)
            return fiber
          })
        )
        assert.deepEqual(states(yield* Fiber.join(run)), ["present"])
        assert.deepEqual(states(yield* apply(pack)), ["present"])
      })
    )
  )

  it.live("leaves nothing of a build that the data refuse, and says why", () =>
    onTables(() =>
      Effect.gen(function* () {
        const refused = { ...first, definition: "public.clients USING btree ((1 / (length(client_name) - 3)))" }
        const error = yield* Effect.flip(apply([refused]))
        assert.strictEqual(error.message, `build index ${first.name}: division by zero (22012)`)
        assert.deepEqual(states(yield* plan([first])), ["missing"])
      })
    )
  )

  it.live("builds a trigram index where pg_trgm is installed, in whatever schema, and else says what to do", () =>
    onTables(() =>
      Effect.gen(function* () {
        const sql = yield* PgClient.PgClient
        assert.deepEqual(states(yield* plan([trigram])), ["no-extension"])
        const error = yield* Effect.flip(apply([first, trigram]))
        assert.include(error.message, "CREATE EXTENSION pg_trgm")
        assert.deepEqual(states(yield* plan([first])), ["missing"])
        yield* sql`CREATE SCHEMA extensions`
        yield* sql`CREATE EXTENSION pg_trgm SCHEMA extensions`
        assert.deepEqual(states(yield* apply([trigram])), ["present"])
      })
    )
  )
})

describe("Dropping the indexes", () => {
  it.live("drops those with its names, valid or not, and no other", () =>
    onTables(() =>
      Effect.gen(function* () {
        const sql = yield* PgClient.PgClient
        const names = Effect.map(
          sql<{ readonly name: string }>`SELECT relname AS name FROM pg_class WHERE relkind = 'i' ORDER BY 1`,
          (rows) => rows.map(({ name }) => name)
        )
        const before = yield* names
        yield* apply(pack)
        yield* sql`UPDATE pg_index SET indisvalid = false WHERE indexrelid = ${first.name}::text::regclass`
        assert.deepEqual(states(yield* dropAll(pack)), ["missing"])
        assert.deepEqual(yield* names, before)
        assert.deepEqual(states(yield* dropAll(pack)), ["missing"])
      })
    )
  )
})
