import { ids } from "@alga-psa/ext-adapters-memory"
import type { DemoCase } from "@alga-psa/ext-development-host/DemoCase"
import type { TenantId, UsedRights } from "@alga-psa/ext-domain"
import { PgClient } from "@effect/sql-pg"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Logger } from "effect"
import { list, replay as replaySome } from "../src/TriggerAdmin.ts"
import { mostSwept, type TakenTrigger, TriggerStore } from "../src/TriggerStore.ts"
import { newStore, scheduledRequest } from "./support/TriggerTables.ts"

const request = scheduledRequest()

const hour = Duration.hours(1)

const accept = (key: string, expiry = hour) =>
  Effect.flatMap(TriggerStore, (store) => store.insert({ request, key, fingerprint: "f", shard: 1, expiry }))

const anyTrigger = { id: null, tenant: null, install: null, olderThan: null, reason: null }
const replay = (id: string | null, expiry: Duration.Duration) => replaySome({ ...anyTrigger, id }, expiry)

const swept = { shards: [1], retention: hour, underway: [] }

const by = { shards: [1], most: 10, attempts: 3, underway: [] }

const take = (lease: Duration.Duration, attempts = 3, underway: ReadonlyArray<string> = []) =>
  Effect.flatMap(TriggerStore, (store) => store.take({ ...by, attempts, lease, underway }))

const one = <E, R>(taken: Effect.Effect<ReadonlyArray<TakenTrigger>, E, R>) =>
  Effect.map(taken, (all) => {
    const [first] = all
    assert(first !== undefined && all.length === 1)
    return first
  })

const stateOf = (id: string) =>
  Effect.flatMap(TriggerStore, (store) => Effect.map(store.find(ids.tenants.acme, id), (kept) => kept?.state))

const attempts = Effect.flatMap(
  PgClient.PgClient,
  (sql) => sql`
    SELECT runner, ended_at IS NOT NULL AS ended, outcome FROM trigger_attempt ORDER BY started_at`
)

const used: UsedRights = { capabilities: ["cap:client.read"], permissions: ["client:read"], subject: null }
const response = { status: 200, headers: {} }
const done = { state: "done", outcome: { response, used } } as const

describe("kept triggers", () => {
  it.live("are taken by one at a time, and again only after the lease", () =>
    Effect.gen(function* () {
      const { settle } = yield* TriggerStore
      const { trigger } = yield* accept("a")
      const first = yield* one(take(hour))
      assert.deepStrictEqual(yield* take(hour), [])
      yield* settle(first, { state: "waiting", reason: "why", pause: Duration.zero, counts: true })
      const second = yield* one(take(Duration.zero))
      assert.deepStrictEqual([second.id, second.attempt], [trigger.id, 2])
      const third = yield* one(take(hour))
      assert.strictEqual(third.attempt, 3)
    }).pipe(Effect.provide(newStore))
  )

  it.live("keep the outcome of the latest attempt alone", () =>
    Effect.gen(function* () {
      const { renew, settle } = yield* TriggerStore
      const { trigger } = yield* accept("a")
      const lost = yield* one(take(Duration.zero))
      const latest = yield* one(take(hour))
      assert.isFalse(yield* renew(lost, hour))
      yield* settle(lost, { state: "dead", reason: "too late" })
      assert.strictEqual(yield* stateOf(trigger.id), "running")
      assert.isTrue(yield* renew(latest, hour))
      yield* settle(latest, done)
      assert.strictEqual(yield* stateOf(trigger.id), "done")
      yield* settle(latest, { state: "dead", reason: "again" })
      assert.strictEqual(yield* stateOf(trigger.id), "done")
    }).pipe(Effect.provide(newStore))
  )

  it.live("are not taken, and not ended, while their own runner works on them, wherever the clock is", () =>
    Effect.gen(function* () {
      const { settle, sweep } = yield* TriggerStore
      const { trigger } = yield* accept("a")
      const first = yield* one(take(Duration.zero, 1))
      assert.deepStrictEqual(yield* take(hour, 3, [trigger.id]), [])
      yield* sweep({ ...swept, attempts: 1, retention: hour, underway: [trigger.id] })
      assert.strictEqual(yield* stateOf(trigger.id), "running")
      yield* settle(first, done)
      assert.strictEqual(yield* stateOf(trigger.id), "done")
    }).pipe(Effect.provide(newStore))
  )

  it.live(
    "keep with an answer the rights that it rests on, and know none where a version before this one kept it",
    () =>
      Effect.gen(function* () {
        const { find, settle } = yield* TriggerStore
        const { trigger } = yield* accept("a")
        assert.isNull(trigger.used)
        yield* settle(yield* one(take(hour)), done)
        const kept = yield* find(ids.tenants.acme, trigger.id)
        assert.deepStrictEqual([kept?.response, kept?.used], [response, used])
        assert.deepStrictEqual([kept?.extension, kept?.install], [ids.extensions.full, ids.installs.full])
        for (const unknown of [null, "", "{}", '{"capabilities":["cap:made.up"],"permissions":[],"subject":null}']) {
          yield* Effect.flatMap(PgClient.PgClient, (sql) => sql`UPDATE trigger SET used = ${unknown}`)
          assert.isNull((yield* find(ids.tenants.acme, trigger.id))?.used)
        }
      }).pipe(Effect.provide(newStore))
  )

  it.live("fail where their stored answer cannot be read", () =>
    Effect.gen(function* () {
      const { find, settle } = yield* TriggerStore
      const { trigger } = yield* accept("a")
      yield* settle(yield* one(take(hour)), done)
      for (const broken of [
        "",
        "{",
        "null",
        "{}",
        '{"status":"200","headers":{}}',
        '{"status":200,"headers":{"a":1}}'
      ]) {
        yield* Effect.flatMap(PgClient.PgClient, (sql) => sql`UPDATE trigger SET answer = ${broken}`)
        const ways = { find: Effect.asVoid(find(ids.tenants.acme, trigger.id)), again: Effect.asVoid(accept("a")) }
        for (const [name, way] of Object.entries(ways)) {
          assert.strictEqual((yield* Effect.flip(way)).code, "internal", `${name} ${broken}`)
        }
      }
    }).pipe(Effect.provide(newStore), Effect.provide(Logger.layer([])))
  )

  it.live("do not count an attempt that never ran, keep nothing of it, and stay in their order", () =>
    Effect.gen(function* () {
      const { begin, settle, take } = yield* TriggerStore
      const { trigger } = yield* accept("a")
      yield* accept("b")
      for (const begun of [true, false, true, false]) {
        const taken = yield* one(take({ ...by, most: 1, lease: hour }))
        assert.deepStrictEqual([taken.id, taken.attempt], [trigger.id, 1])
        if (begun) yield* begin(taken, "10.0.0.1:1")
        yield* settle(taken, { state: "waiting", reason: "overloaded", pause: hour, counts: false })
      }
      assert.deepStrictEqual(yield* attempts, [])
    }).pipe(Effect.provide(newStore))
  )

  it.live("have a row for each attempt that began, with its runner, its end and its outcome", () =>
    Effect.gen(function* () {
      const { begin, settle } = yield* TriggerStore
      yield* accept("a")
      const lost = yield* one(take(Duration.zero))
      yield* begin(lost, "10.0.0.1:1")
      const latest = yield* one(take(hour))
      assert.deepStrictEqual(yield* attempts, [{ runner: "10.0.0.1:1", ended: false, outcome: null }])
      yield* begin(lost, "10.0.0.9:9")
      yield* begin(latest, "10.0.0.2:2")
      yield* settle(latest, done)
      assert.deepStrictEqual(yield* attempts, [
        { runner: "10.0.0.1:1", ended: false, outcome: null },
        { runner: "10.0.0.2:2", ended: true, outcome: "done" }
      ])
    }).pipe(Effect.provide(newStore))
  )

  it.live("are not taken of installs and tenants that are passed over", () =>
    Effect.gen(function* () {
      const store = yield* TriggerStore
      yield* accept("a")
      const passing = (passed: { readonly installs: ReadonlyArray<string>; readonly tenants: ReadonlyArray<string> }) =>
        store.take({ ...by, lease: hour, passed })
      const { install_id, tenant_id } = request.context
      assert.deepStrictEqual(yield* passing({ installs: [install_id], tenants: [] }), [])
      assert.deepStrictEqual(yield* passing({ installs: [], tenants: [tenant_id] }), [])
      const others = { installs: [ids.installs.ungranted], tenants: [ids.tenants.borealis] }
      const taken = yield* one(passing(others))
      assert.deepStrictEqual([taken.tenant, taken.install], [tenant_id, install_id])
    }).pipe(Effect.provide(newStore))
  )

  it.live("expire unless they began in time, and are dead when their last runner was lost", () =>
    Effect.gen(function* () {
      const { sweep } = yield* TriggerStore
      const late = yield* accept("late", Duration.zero)
      assert.deepStrictEqual(yield* take(hour), [])
      const lost = yield* accept("lost")
      yield* take(Duration.zero, 1)
      assert.deepStrictEqual(yield* take(hour, 1), [])
      const { all, ended } = yield* sweep({ ...swept, attempts: 1, retention: hour, underway: [] })
      const ours = ended.filter(({ id }) => [late.trigger.id, lost.trigger.id].includes(id))
      assert.sameDeepMembers(
        ours.map(({ id, reason, requestId, state }) => [id, state, reason, requestId]),
        [
          [late.trigger.id, "expired", "its time is over", late.trigger.requestId],
          [lost.trigger.id, "dead", "its runner was lost, and no attempt is left", lost.trigger.requestId]
        ]
      )
      assert.strictEqual(all, ended.length)
      assert.deepStrictEqual([yield* stateOf(late.trigger.id), yield* stateOf(lost.trigger.id)], ["expired", "dead"])
    }).pipe(Effect.provide(newStore))
  )

  it.live("are dead once they are due with no attempt left, where their install lives", () =>
    Effect.gen(function* () {
      const { find, settle, sweep } = yield* TriggerStore
      const failed = Effect.fnUntraced(function* (key: string, pause: Duration.Duration) {
        const { trigger } = yield* accept(key)
        yield* settle(yield* one(take(hour)), { state: "waiting", reason: "execute_failed: trap", pause, counts: true })
        return trigger.id
      })
      const resting = yield* failed("resting", hour)
      const due = yield* failed("due", Duration.zero)
      const fewer = { ...swept, attempts: 1 }
      assert.deepStrictEqual(yield* take(hour, 1), [])
      assert.deepStrictEqual((yield* sweep({ ...fewer, shards: [2] })).ended, [])
      yield* sweep(fewer)
      assert.deepStrictEqual([yield* stateOf(due), yield* stateOf(resting)], ["dead", "waiting"])
      assert.strictEqual((yield* find(ids.tenants.acme, due))?.error, "no attempt is left: execute_failed: trap")
      assert.strictEqual(yield* replay(due, hour), 1)
    }).pipe(Effect.provide(newStore))
  )

  it.live("have no other attempt where the lost one may have written, and are replayed by name alone", () =>
    Effect.gen(function* () {
      const { begin, find, settle, sweep, writing } = yield* TriggerStore
      const { trigger } = yield* accept("a")
      const lost = yield* one(take(Duration.zero))
      assert.strictEqual((yield* Effect.flip(writing(lost))).code, "internal")
      yield* begin(lost, "10.0.0.1:1")
      yield* writing(lost)
      assert.deepStrictEqual(yield* take(hour), [])
      yield* sweep({ ...swept, attempts: 3, retention: hour, underway: [trigger.id] })
      assert.strictEqual(yield* stateOf(trigger.id), "running")
      yield* sweep({ ...swept, attempts: 3, retention: hour, underway: [] })
      const kept = yield* find(ids.tenants.acme, trigger.id)
      assert.deepStrictEqual([kept?.state, kept?.error], ["dead", "may-have-written: its runner was lost"])
      assert.deepStrictEqual([yield* replay(null, hour), yield* replay(trigger.id, hour)], [0, 1])
      const again = yield* one(take(Duration.zero))
      yield* begin(again, "10.0.0.1:1")
      const latest = yield* one(take(hour))
      yield* begin(latest, "10.0.0.2:2")
      assert.strictEqual((yield* Effect.flip(writing(again))).code, "internal")
      yield* writing(latest)
      yield* settle(latest, done)
      assert.strictEqual((yield* Effect.flip(writing(latest))).code, "internal")
      assert.strictEqual((yield* attempts).at(-1)?.["outcome"], "done")
    }).pipe(Effect.provide(newStore))
  )

  it.live("are counted by their state, on some shards, with the time that the oldest waits", () =>
    Effect.gen(function* () {
      const { backlog, settle } = yield* TriggerStore
      yield* accept("a")
      yield* settle(yield* one(take(hour)), { state: "dead", reason: "why" })
      yield* accept("b")
      const { oldest, ...counts } = yield* backlog([1, 2])
      assert.deepStrictEqual(counts, { waiting: 1, running: 0, dead: 1 })
      assert.isAbove(oldest, 0)
      yield* take(hour)
      assert.deepStrictEqual(yield* backlog([1]), { waiting: 0, running: 1, dead: 1, oldest: 0 })
      assert.deepStrictEqual(yield* backlog([2]), { waiting: 0, running: 0, dead: 0, oldest: 0 })
    }).pipe(Effect.provide(newStore))
  )

  it.live("are replayed with all attempts when they are dead, and never when they are done", () =>
    Effect.gen(function* () {
      const { settle } = yield* TriggerStore
      const { trigger } = yield* accept("a")
      const taken = yield* one(take(hour))
      yield* settle(taken, { state: "dead", reason: "why" })
      assert.strictEqual(yield* replay(trigger.id, hour), 1)
      const again = yield* one(take(hour))
      assert.strictEqual(again.attempt, 1)
      yield* settle(again, done)
      assert.strictEqual(yield* replay(null, hour), 0)
    }).pipe(Effect.provide(newStore))
  )

  it.live("are deleted when they were kept long enough, and no sooner", () =>
    Effect.gen(function* () {
      const { settle, sweep } = yield* TriggerStore
      const { trigger } = yield* accept("a")
      const taken = yield* one(take(hour))
      yield* settle(taken, done)
      yield* sweep({ ...swept, attempts: 3, retention: hour, underway: [] })
      assert.strictEqual(yield* stateOf(trigger.id), "done")
      yield* sweep({ ...swept, attempts: 3, retention: Duration.zero, underway: [] })
      assert.isUndefined(yield* stateOf(trigger.id))
    }).pipe(Effect.provide(newStore))
  )

  it.live("end and go in parts of a size that one statement has time for", () =>
    Effect.gen(function* () {
      const { sweep } = yield* TriggerStore
      const sql = yield* PgClient.PgClient
      const { trigger } = yield* accept("a", Duration.zero)
      yield* sql`
        INSERT INTO trigger SELECT (jsonb_populate_record(one, jsonb_build_object('id', gen_random_uuid(), 'key', n))).*
        FROM trigger one, generate_series(1, ${mostSwept + 9}) n WHERE one.id = ${trigger.id}::uuid`
      const part = yield* sweep({ ...swept, attempts: 3, retention: hour, underway: [] })
      assert.deepStrictEqual([part.all, part.isPart], [mostSwept, true])
      const rest = yield* sweep({ ...swept, attempts: 3, retention: hour, underway: [] })
      assert.deepStrictEqual([rest.all, rest.isPart], [10, false])
      const left = Effect.map(sql<{ left: number }>`SELECT count(*)::int AS left FROM trigger`, ([row]) => row?.left)
      const deleting = sweep({ ...swept, attempts: 3, retention: Duration.zero, underway: [] })
      assert.deepStrictEqual([(yield* deleting).isPart, yield* left], [true, 10])
      assert.deepStrictEqual([(yield* deleting).isPart, yield* left], [false, 0])
    }).pipe(Effect.provide(newStore))
  )

  it.live("are those of their own tenant, and of other shards for other runners", () =>
    Effect.gen(function* () {
      const { find, take } = yield* TriggerStore
      const { trigger } = yield* accept("a")
      assert.isNull(yield* find(ids.tenants.borealis, trigger.id))
      const elsewhere = yield* take({ ...by, shards: [2], lease: hour })
      assert.deepStrictEqual(elsewhere, [])
    }).pipe(Effect.provide(newStore))
  )

  it.live("hold their key for one request of their own install of their own tenant", () =>
    Effect.gen(function* () {
      const { insert } = yield* TriggerStore
      const acceptAs = (of: Partial<DemoCase>, fingerprint = "f") =>
        insert({ request: scheduledRequest(of), key: "a", fingerprint, shard: 1, expiry: hour })
      const first = yield* acceptAs({})
      const other = yield* acceptAs({ install: ids.installs.ungranted }, "other")
      const elsewhere = yield* acceptAs({ tenant: ids.tenants.borealis }, "elsewhere")
      assert.deepStrictEqual([first.added, other.added, elsewhere.added], [true, true, true])
      const again = [
        yield* acceptAs({}),
        yield* acceptAs({ install: ids.installs.ungranted }, "other"),
        yield* acceptAs({ tenant: ids.tenants.borealis }, "elsewhere")
      ]
      assert.deepStrictEqual(
        again.map(({ added, trigger }) => [added, trigger.id]),
        [first, other, elsewhere].map(({ trigger }) => [false, trigger.id])
      )
      assert.strictEqual((yield* Effect.flip(acceptAs({}, "g"))).code, "idempotency_mismatch")
      const listed = (tenant: TenantId | null) =>
        Effect.map(list("waiting", { ...anyTrigger, tenant }, 10), (all) => all.map(({ id }) => id))
      assert.deepStrictEqual(yield* listed(ids.tenants.borealis), [elsewhere.trigger.id])
      assert.lengthOf(yield* listed(null), 3)
    }).pipe(Effect.provide(newStore))
  )
})
