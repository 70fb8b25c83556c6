import { ids } from "@alga-psa/ext-adapters-memory"
import { PgClient } from "@effect/sql-pg"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect } from "effect"
import { TriggerStore } from "../src/TriggerStore.ts"
import { newStore, scheduledRequest } from "./support/TriggerTables.ts"

const request = scheduledRequest()

const tables = ["trigger", "trigger_attempt"]

const statements = (...texts: ReadonlyArray<string>) =>
  Effect.flatMap(PgClient.PgClient, (sql) =>
    Effect.forEach(texts, (text) => sql.unsafe(text).unprepared, { discard: true })
  )

/** What a dump of the tables holds at this moment. */
const backUp = statements(...tables.map((table) => `CREATE TABLE saved_${table} AS TABLE ${table}`))

const restore = statements(
  "DELETE FROM trigger",
  ...tables.map((table) => `INSERT INTO ${table} SELECT * FROM saved_${table}`)
)

describe("the tables of kept triggers, restored", () => {
  it.live(
    "begin anew what was not done at the backup, but for what wrote by then, and know nothing of what came later",
    () =>
      Effect.gen(function* () {
        const { begin, find, insert, settle, sweep, take, writing } = yield* TriggerStore
        const accept = (key: string, expiry = Duration.hours(1)) =>
          Effect.map(insert({ request, key, fingerprint: "f", shard: 1, expiry }), ({ trigger }) => trigger.id)
        const next = Effect.map(
          take({ shards: [1], most: 1, attempts: 3, lease: Duration.zero, underway: [] }),
          ([first]) => {
            assert.isDefined(first)
            return first as NonNullable<typeof first>
          }
        )
        const done = { state: "done", outcome: { response: { status: 200, headers: {} }, used: null } } as const

        const finished = yield* accept("finished")
        yield* settle(yield* next, done)
        const wrote = yield* accept("wrote")
        const writer = yield* next
        yield* begin(writer, "lost:1")
        yield* writing(writer)
        const waiting = yield* accept("waiting")
        const late = yield* accept("late", Duration.zero)
        yield* backUp

        const first = yield* next
        assert.strictEqual(first.id, waiting)
        yield* settle(first, done)
        const after = yield* accept("after")
        yield* restore
        yield* sweep({ shards: [1], attempts: 3, retention: Duration.hours(1), underway: [] })

        const states = yield* Effect.forEach([finished, wrote, waiting, late, after], (id) =>
          Effect.map(find(ids.tenants.acme, id), (kept) => kept?.state ?? null)
        )
        assert.deepStrictEqual(states, ["done", "dead", "waiting", "expired", null])
        assert.strictEqual((yield* next).id, waiting)
      }).pipe(Effect.provide(newStore))
  )
})
