import { ids } from "@alga-psa/ext-adapters-memory"
import { noneUnderWay } from "@alga-psa/ext-adapters-pg/testing/NoneUnderWay"
import { interruptSomeSteps } from "@alga-psa/ext-domain/testing/interruptEveryStep"
import { PgClient } from "@effect/sql-pg"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect } from "effect"
import { TriggerStore } from "../src/TriggerStore.ts"
import { newStore, scheduledRequest } from "./support/TriggerTables.ts"

const request = scheduledRequest()
const done = { state: "done", outcome: { response: { status: 200, headers: {} }, used: null } } as const
const attempts = 1_000

/** What the tables say of the trigger of a key: how many there are, their state, and how its attempts ended. */
const keptOf = (key: string) =>
  Effect.flatMap(
    PgClient.PgClient,
    (sql) => sql<{ readonly state: string; readonly done: number; readonly open: number }>`
      SELECT state,
        (SELECT count(*)::int FROM trigger_attempt WHERE trigger_id = trigger.id AND outcome = 'done') AS done,
        (SELECT count(*)::int FROM trigger_attempt WHERE trigger_id = trigger.id AND run = trigger.run AND ended_at IS NULL) AS open
      FROM trigger WHERE key = ${key}`
  )

describe("the store of triggers on PostgreSQL, interrupted at steps that a seed chooses", () => {
  it.live(
    "keeps each trigger once, gives it to another after its lease, and keeps one answer; no statement is left under way",
    () =>
      Effect.gen(function* () {
        const triggers = yield* TriggerStore
        let number = 0
        const key = () => `key-${number}`
        const insert = Effect.suspend(() =>
          triggers.insert({ request, key: key(), fingerprint: "f", shard: 1, expiry: Duration.hours(1) })
        )
        /** Takes what is due, as a runner does whose leases are over at once, and finishes it. */
        const carryOut = Effect.gen(function* () {
          const by = { shards: [1], most: 10, attempts, lease: Duration.zero, underway: [] }
          for (const taken of yield* triggers.take(by)) {
            yield* triggers.begin(taken, "runner")
            yield* triggers.renew(taken, Duration.zero)
            yield* triggers.settle(taken, done)
          }
        })
        const life = Effect.andThen(insert, carryOut)
        const steps = yield* interruptSomeSteps(life, { count: 80, seed: "triggers" }, () =>
          Effect.gen(function* () {
            const { trigger } = yield* insert
            yield* Effect.repeat(
              Effect.andThen(
                carryOut,
                Effect.map(triggers.find(ids.tenants.acme, trigger.id), (kept) => kept?.state)
              ),
              { until: (state) => state === "done" }
            )
            yield* carryOut
            assert.deepStrictEqual(yield* keptOf(key()), [{ state: "done", done: 1, open: 0 }])
            number += 1
          })
        )
        assert.isAbove(steps, 30)
        yield* noneUnderWay
      }).pipe(Effect.provide(newStore)),
    300_000
  )
})
