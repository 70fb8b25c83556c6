import { ids } from "@alga-psa/ext-adapters-memory"
import type { DemoCase } from "@alga-psa/ext-development-host/DemoCase"
import { triggers } from "@alga-psa/ext-runner/commands/triggers"
import { askUntil } from "@alga-psa/ext-runner/testing/AskUntil"
import { commandRun } from "@alga-psa/ext-runner/testing/CommandRun"
import { PgClient } from "@effect/sql-pg"
import { assert, describe, it } from "@effect/vitest"
import { Context, Duration, Effect, Exit, Fiber, Latch, Layer, Redacted } from "effect"
import { cancel, list, replay, show, type TriggerFilter } from "../src/TriggerAdmin.ts"
import { TriggerStore } from "../src/TriggerStore.ts"
import { clusterTables, scheduledRequest, storeAt } from "./support/TriggerTables.ts"

class Url extends Context.Service<Url, Redacted.Redacted>()("Url") {}

const store = Layer.unwrap(Effect.map(clusterTables, (url) => Layer.merge(storeAt(url), Layer.succeed(Url, url))))

const hour = Duration.hours(1)
const everything: TriggerFilter = { id: null, tenant: null, install: null, olderThan: null, reason: null }

const acme = { tenant: ids.tenants.acme, install: ids.installs.full }
const other = { tenant: ids.tenants.acme, install: ids.installs.ungranted }
const borealis = { tenant: ids.tenants.borealis, install: ids.installs.full }

/** A kept trigger that is dead for this reason, or waits; gives its id. */
const kept = Effect.fnUntraced(function* (of: Partial<DemoCase>, reason: string | null) {
  const { insert, settle, take } = yield* TriggerStore
  const { trigger } = yield* insert({
    request: scheduledRequest(of),
    key: null,
    fingerprint: "f",
    shard: 1,
    expiry: hour
  })
  if (reason !== null) {
    const taken = yield* take({ shards: [1], most: 1, attempts: 3, underway: [], lease: hour })
    for (const one of taken) yield* settle(one, { state: "dead", reason })
  }
  return trigger.id
})

const accepted = (id: string, ago: string) =>
  Effect.flatMap(
    PgClient.PgClient,
    (sql) => sql`UPDATE trigger SET created_at = now() - ${ago}::interval WHERE id = ${id}::uuid`
  )

const stateOf = (id: string) => Effect.map(show(id), (found) => found?.state)

const cli = (settings: Readonly<Record<string, string>>, ...args: ReadonlyArray<string>) =>
  commandRun(triggers)(["triggers", ...args], settings)

describe("what an operator does with kept triggers", () => {
  it.live("is about those of a tenant, an install, an age, a reason and a state, and no others", () =>
    Effect.gen(function* () {
      const old = yield* kept(acme, "execute_failed: trap")
      const written = yield* kept(acme, "may-have-written: execute_failed: trap")
      const foreign = yield* kept(borealis, "internal")
      const waiting = yield* kept(other, null)
      yield* accepted(old, "3 hours")
      const found = (change: Partial<TriggerFilter>, state: "dead" | "waiting" = "dead") =>
        Effect.map(list(state, { ...everything, ...change }, 10), (rows) => rows.map(({ id }) => id))
      assert.deepStrictEqual(yield* found({}), [foreign, written, old])
      assert.deepStrictEqual(yield* found({}, "waiting"), [waiting])
      assert.deepStrictEqual(yield* found({ tenant: ids.tenants.borealis }), [foreign])
      assert.deepStrictEqual(yield* found({ tenant: ids.tenants.acme, install: acme.install }), [written, old])
      assert.deepStrictEqual(yield* found({ install: other.install }), [])
      assert.deepStrictEqual(yield* found({ olderThan: Duration.hours(2) }), [old])
      assert.deepStrictEqual(yield* found({ reason: "execute_failed" }), [old])
      assert.deepStrictEqual(yield* found({ reason: "may-have-written" }), [written])
      assert.deepStrictEqual(yield* found({ reason: "trap" }), [])
      assert.deepStrictEqual(yield* found({ id: written, tenant: ids.tenants.borealis }), [])
    }).pipe(Effect.provide(store))
  )

  it.live("begins what may have written anew by its id or that reason alone", () =>
    Effect.gen(function* () {
      const plain = yield* kept(acme, "internal")
      const [first, second] = [yield* kept(acme, "may-have-written: a"), yield* kept(acme, "may-have-written: b")]
      assert.strictEqual(yield* replay({ ...everything, tenant: ids.tenants.acme }, hour), 1)
      assert.deepStrictEqual([yield* stateOf(plain), yield* stateOf(first)], ["waiting", "dead"])
      assert.strictEqual(yield* replay({ ...everything, reason: "m" }, hour), 0)
      assert.strictEqual(yield* replay({ ...everything, id: first }, hour), 1)
      assert.strictEqual(yield* replay({ ...everything, reason: "may-have-written" }, hour), 1)
      assert.strictEqual(yield* stateOf(second), "waiting")
      assert.strictEqual(yield* replay(everything, hour), 0)
    }).pipe(Effect.provide(store))
  )

  it.live("begins what wrote anew by its id alone, whatever its reason says", () =>
    Effect.gen(function* () {
      const { begin, take, writing } = yield* TriggerStore
      const id = yield* kept(acme, null)
      for (const one of yield* take({ shards: [1], most: 1, attempts: 3, underway: [], lease: hour })) {
        yield* begin(one, "10.0.0.1:1")
        yield* writing(one)
      }
      const sql = yield* PgClient.PgClient
      yield* sql`UPDATE trigger SET state = 'dead', reason = 'cancelled', finished_at = now() WHERE id = ${id}::uuid`
      assert.strictEqual(yield* replay(everything, hour), 0)
      assert.strictEqual(yield* replay({ ...everything, reason: "cancelled" }, hour), 0)
      assert.strictEqual(yield* replay({ ...everything, id }, hour), 1)
    }).pipe(Effect.provide(store))
  )

  it.live("lets no attempt begin to write while it is cancelled", () =>
    Effect.gen(function* () {
      const { begin, take, writing } = yield* TriggerStore
      const id = yield* kept(acme, null)
      const [one] = yield* take({ shards: [1], most: 1, attempts: 3, underway: [], lease: hour })
      assert(one !== undefined)
      yield* begin(one, "10.0.0.1:1")
      const sql = yield* PgClient.PgClient
      // Begun outside the transaction, so that it has a connection of its own.
      const cancelled = yield* Latch.make(false)
      const asked = yield* Effect.forkChild(Effect.exit(Effect.andThen(cancelled.await, writing(one))))
      yield* sql.withTransaction(
        Effect.gen(function* () {
          yield* sql`UPDATE trigger SET state = 'dead', reason = 'cancelled', finished_at = now() WHERE id = ${id}::uuid`
          yield* cancelled.open
          yield* askUntil(
            sql`SELECT FROM pg_locks WHERE NOT granted AND transactionid = pg_current_xact_id()::xid`,
            (waiting) => waiting.length > 0
          )
        })
      )
      assert.isTrue(Exit.isFailure(yield* Fiber.join(asked)))
    }).pipe(Effect.provide(store))
  )

  it.live("cancels what waits or runs, cuts it, and can have it begun anew", () =>
    Effect.gen(function* () {
      const { begin, renew, settle, take, writing } = yield* TriggerStore
      const all = { shards: [1], most: 10, attempts: 3, underway: [], lease: hour }
      const [reading, wrote] = [yield* kept(acme, null), yield* kept(acme, null)]
      const taken = yield* take(all)
      for (const one of taken) yield* begin(one, "10.0.0.1:1")
      for (const one of taken) if (one.id === wrote) yield* writing(one)
      const waiting = yield* kept(other, null)
      const untouched = yield* kept(borealis, null)
      assert.strictEqual(yield* cancel("waiting", { ...everything, tenant: ids.tenants.acme }), 1)
      assert.strictEqual(yield* cancel(null, { ...everything, tenant: ids.tenants.acme }), 2)
      for (const one of taken) {
        assert.isFalse(yield* renew(one, hour))
        yield* settle(one, { state: "done", outcome: { response: { status: 200, headers: {} }, used: null } })
      }
      const said = yield* Effect.forEach([waiting, reading, wrote, untouched], show)
      assert.deepStrictEqual(
        said.map((one) => [one?.state, one?.reason]),
        [
          ["dead", "cancelled"],
          ["dead", "cancelled"],
          ["dead", "may-have-written: cancelled"],
          ["waiting", ""]
        ]
      )
      assert.deepStrictEqual(
        said.map((one) => one?.tried.map(({ ended, outcome, runner }) => [runner, ended, outcome])),
        [[], [["10.0.0.1:1", null, null]], [["10.0.0.1:1", null, "may-have-written"]], []]
      )
      assert.strictEqual(yield* replay({ ...everything, reason: "cancelled" }, hour), 2)
      assert.isNull(yield* show(crypto.randomUUID()))
    }).pipe(Effect.provide(store))
  )

  it.live(
    "needs the cluster's address and no other setting, and a word on which triggers are meant",
    () =>
      Effect.gen(function* () {
        const settings = { DATABASE_CLUSTER_URL: Redacted.value(yield* Url) }
        const dead = yield* kept(acme, "internal")
        const waits = yield* kept(acme, null)
        const [listed, shown, unnamed, unset] = yield* Effect.all(
          [
            cli(settings, "list", "--json", "--reason", "internal", "--older-than", "0 seconds"),
            cli(settings, "show", "--id", dead, "--json"),
            cli(settings, "replay"),
            cli({ DATABASE_URL: "nonsense" }, "list")
          ],
          { concurrency: 4 }
        )
        assert.deepStrictEqual(
          listed.rows().map(({ id }) => id),
          [dead]
        )
        assert.deepInclude(JSON.parse(shown.out.join("")), { id: dead, replayable: true, status: null, tried: [] })
        assert.notStrictEqual(unnamed.code, 0)
        assert.include(unnamed.out.join() + unnamed.errors, "name the triggers with --id")
        assert.deepStrictEqual([unset.code, unset.out], [2, []])
        assert.match(unset.errors, /DATABASE_CLUSTER_URL is not set/)
        assert.notInclude(unset.errors, "DATABASE_URL is")
        const [cancelled, replayed] = yield* Effect.all(
          [
            cli(settings, "cancel", "--state", "waiting"),
            cli(settings, "replay", "--id", dead, "--tenant", ids.tenants.acme, "--reason", "internal")
          ],
          { concurrency: 1 }
        )
        assert.deepStrictEqual([cancelled.code, cancelled.out], [0, ["1 cancelled"]])
        assert.deepStrictEqual([replayed.code, replayed.out], [0, ["1 replayed"]])
        assert.deepStrictEqual([yield* stateOf(dead), yield* stateOf(waits)], ["waiting", "dead"])
      }).pipe(Effect.provide(store)),
    300_000
  )
})
