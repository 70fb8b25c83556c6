import { testDatabase } from "@alga-psa/ext-adapters-pg/testing/TestDatabase"
import { InstallId, noRights, TenantId, type UsedRights } from "@alga-psa/ext-domain"
import { PgClient } from "@effect/sql-pg"
import { assert, layer } from "@effect/vitest"
import { Context, Deferred, Duration, Effect, Exit, Fiber, Layer, type Redacted, type Scope } from "effect"
import type { Outcome } from "../src/Execution.ts"
import { Idempotency, type IdempotencyService, type IdempotentRequest } from "../src/Idempotency.ts"
import { createTable } from "../src/internal/idempotencyTable.ts"
import { layer as layerPg } from "../src/PgIdempotency.ts"
import { afterRun, fail, type RunnerError } from "../src/RunnerError.ts"

class Database extends Context.Service<Database, { readonly url: Redacted.Redacted }>()("test/Database") {}

const database = Layer.effect(
  Database,
  Effect.gen(function* () {
    const url = yield* testDatabase
    yield* Effect.provide(Effect.flatMap(PgClient.PgClient, createTable), PgClient.layer({ url, maxConnections: 1 }))
    return { url }
  })
)

const setting = Layer.provideMerge(
  Layer.unwrap(Effect.map(Database, ({ url }) => Layer.orDie(PgClient.layer({ url, maxConnections: 3 })))),
  database
)

/** One runner's view of the keys; another call is another runner. */
const runner = (window?: Duration.Duration): Effect.Effect<IdempotencyService, never, Database | Scope.Scope> =>
  Effect.gen(function* () {
    const { url } = yield* Database
    const built = yield* Layer.build(Layer.orDie(layerPg({ url, ...(window === undefined ? {} : { window }) })))
    const idempotency = Context.get(built, Idempotency)
    assert(idempotency !== null)
    return idempotency
  })

const uuid = () => crypto.randomUUID()
const asking = (): IdempotentRequest => ({
  tenant: TenantId.make(uuid()),
  install: InstallId.make(uuid()),
  key: "a",
  fingerprint: "1:one"
})

const used: UsedRights = { ...noRights, capabilities: ["cap:client.read"] }
const outcome = (status: number): Outcome => ({ response: { status, headers: {} }, used })

/** An execution that counts how often it runs. */
const counting = (end: Effect.Effect<Outcome, RunnerError> = Effect.succeed(outcome(200))) => {
  let runs = 0
  const run = Effect.suspend(() => {
    runs += 1
    return end
  })
  return { run, runs: () => runs }
}

/** An execution that says when it has begun, and waits until it is told to end. */
const held201 = () => {
  const begun = Deferred.makeUnsafe<void>()
  const end = Deferred.makeUnsafe<void>()
  const waiting = Effect.andThen(Deferred.succeed(begun, undefined), Deferred.await(end))
  return { begun, end, ...counting(Effect.as(waiting, outcome(201))) }
}

const allowed = { mayHave: () => Effect.void }
const code = <A, R>(answer: Effect.Effect<A, RunnerError, R>) => Effect.map(Effect.flip(answer), (error) => error.code)

const sql = <A, E>(use: (client: PgClient.PgClient) => Effect.Effect<A, E>) =>
  Effect.flatMap(PgClient.PgClient, (client) => Effect.orDie(use(client)))

const held = ({ install }: IdempotentRequest) =>
  sql(
    (client) => client<{ readonly answer: string | null }>`
      SELECT answer FROM alga_extension_runner.idempotency WHERE install_id = ${install}::uuid`
  )

/** Lets whoever uses the table wait; gives what ends that. */
const lockTable = Effect.gen(function* () {
  const locked = yield* Deferred.make<void>()
  const released = yield* Deferred.make<void>()
  const holding = sql((client) =>
    client.withTransaction(
      client`LOCK TABLE alga_extension_runner.idempotency IN ACCESS EXCLUSIVE MODE`.pipe(
        Effect.andThen(Deferred.succeed(locked, undefined)),
        Effect.andThen(Deferred.await(released))
      )
    )
  )
  const holder = yield* Effect.forkScoped(holding)
  yield* Deferred.await(locked)
  return Effect.andThen(Deferred.succeed(released, undefined), Fiber.join(holder))
})

/** Fails one attempt to keep an answer, as soon as it waits for the table. */
const cancelKeeping: Effect.Effect<void, never, PgClient.PgClient> = sql(
  (client) => client`
    SELECT pg_cancel_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%SET answer%'`
).pipe(Effect.flatMap((rows) => (rows.length > 0 ? Effect.void : cancelKeeping)))

/** As if the runner that works on it had been killed: nobody has renewed its claim. */
const abandon = ({ fingerprint, install, key, tenant }: IdempotentRequest) =>
  sql(
    (client) => client`
      INSERT INTO alga_extension_runner.idempotency
        (tenant_id, install_id, key, fingerprint, owner, claimed_until, expires_at)
      VALUES (${tenant}::uuid, ${install}::uuid, ${key}, ${fingerprint}, gen_random_uuid(), now(), now() + interval '1 day')`
  )

layer(setting, { excludeTestServices: true, timeout: 120_000 })("a key", (it) => {
  it.effect("is its tenant's and its install's own: the same one elsewhere runs, and gives its own answer", () =>
    Effect.gen(function* () {
      const { once } = yield* runner()
      const first = asking()
      const others = [first, { ...first, install: InstallId.make(uuid()) }, { ...first, tenant: TenantId.make(uuid()) }]
      for (const round of ["first", "again"]) {
        for (const [index, request] of others.entries()) {
          const { run, runs } = counting(Effect.succeed(outcome(201 + index)))
          const answer = yield* once(request, { run, ...allowed })
          assert.deepStrictEqual([answer.response.status, runs()], [201 + index, round === "first" ? 1 : 0])
        }
      }
    })
  )

  it.effect("of a runner that is gone is taken over by the same request, and by no other", () =>
    Effect.gen(function* () {
      const { once, reserve } = yield* runner()
      const request = asking()
      yield* abandon(request)
      const other = { ...request, fingerprint: "1:other" }
      const { run, runs } = counting()
      assert.strictEqual(yield* code(once(other, { run, ...allowed })), "idempotency_mismatch")
      assert.strictEqual(yield* code(reserve(other)), "idempotency_mismatch")
      assert.strictEqual(runs(), 0)
      assert.isFalse((yield* once(request, { run, ...allowed })).replayed)
      assert.strictEqual(yield* code(once(other, { run, ...allowed })), "idempotency_mismatch")
      assert.strictEqual(runs(), 1)
    })
  )

  it.effect("gives its answer where whoever asks may have it, and else nothing, and runs nothing", () =>
    Effect.gen(function* () {
      const { once } = yield* runner()
      const request = asking()
      const { run, runs } = counting(Effect.succeed(outcome(201)))
      const refusing = () => Effect.fail(fail("not_allowed"))
      yield* once(request, { run, mayHave: refusing })
      assert.strictEqual(yield* code(once(request, { run, mayHave: refusing })), "not_allowed")
      const seen: Array<UsedRights | null> = []
      const looking = (rights: UsedRights | null) => Effect.asVoid(Effect.sync(() => seen.push(rights)))
      const { replayed, response } = yield* once(request, { run, mayHave: looking })
      assert.deepStrictEqual([replayed, response.status, seen, runs()], [true, 201, [used], 1])
    })
  )

  it.effect("keeps how an execution failed that ran, and gives that too only to who may have it", () =>
    Effect.gen(function* () {
      const { once } = yield* runner()
      const request = asking()
      const { run, runs } = counting(Effect.fail(afterRun(fail("execute_failed", "trap: why"), used)))
      for (const _ of ["first", "again"]) {
        const error = yield* Effect.flip(once(request, { run, ...allowed }))
        assert.strictEqual(error.message, "execute_failed: trap: why")
      }
      const refusing = () => Effect.fail(fail("not_allowed"))
      assert.strictEqual(yield* code(once(request, { run, mayHave: refusing })), "not_allowed")
      assert.strictEqual(runs(), 1)
    })
  )

  it.effect.each(["execute_failed", "overloaded", "bundle_fetch_failed", "install_disabled", "shutting_down"] as const)(
    "is free again after an execution that never ran: %s",
    (why) =>
      Effect.gen(function* () {
        const { once } = yield* runner()
        const request = asking()
        const failing = counting(Effect.fail(fail(why)))
        assert.strictEqual(yield* code(once(request, { run: failing.run, ...allowed })), why)
        const { run, runs } = counting()
        assert.isFalse((yield* once({ ...request, fingerprint: "1:other" }, { run, ...allowed })).replayed)
        assert.deepStrictEqual([failing.runs(), runs()], [1, 1])
      })
  )

  it.effect("keeps an answer that the store does not take at once, also where its caller has gone", () =>
    Effect.gen(function* () {
      const [one, other] = [yield* runner(), yield* runner()]
      const request = asking()
      const { begun, end, run, runs } = held201()
      const caller = yield* Effect.forkChild(one.once(request, { run, ...allowed }))
      yield* Deferred.await(begun)
      const release = yield* lockTable
      yield* Deferred.succeed(end, undefined)
      yield* Fiber.interrupt(caller)
      yield* cancelKeeping
      yield* release
      const again = yield* other.once(request, { run, ...allowed })
      assert.deepStrictEqual([again.replayed, again.response.status, runs()], [true, 201, 1])
    })
  )

  it.effect("answers its caller before the store has taken the answer, where that takes long", () =>
    Effect.gen(function* () {
      const [one, other] = [yield* runner(), yield* runner()]
      const request = asking()
      const { begun, end, run, runs } = held201()
      const caller = yield* Effect.forkChild(one.once(request, { run, ...allowed }))
      yield* Deferred.await(begun)
      const release = yield* lockTable
      yield* Deferred.succeed(end, undefined)
      assert.strictEqual((yield* Fiber.join(caller)).response.status, 201)
      yield* release
      const again = yield* other.once(request, { run, ...allowed })
      assert.deepStrictEqual([again.replayed, runs()], [true, 1])
    })
  )

  it.effect("is held by what is under way however short the window, and by an answer for the window from then on", () =>
    Effect.gen(function* () {
      const window = Duration.minutes(1)
      const [one, other] = [yield* runner(window), yield* runner(window)]
      const request = asking()
      const { begun, end, run, runs } = held201()
      const first = yield* Effect.forkChild(one.once(request, { run, ...allowed }))
      yield* Deferred.await(begun)
      yield* sql((client) => client`UPDATE alga_extension_runner.idempotency SET expires_at = now() - interval '1 day'`)
      // A runner that starts sweeps at once.
      yield* runner(window)
      assert.strictEqual(
        yield* code(other.once({ ...request, fingerprint: "1:other" }, { run, ...allowed })),
        "idempotency_mismatch"
      )
      assert.lengthOf(yield* held(request), 1)
      const second = yield* Effect.forkChild(other.once(request, { run, ...allowed }))
      yield* Deferred.succeed(end, undefined)
      const answers = [yield* Fiber.join(first), yield* Fiber.join(second)]
      assert.deepStrictEqual([answers.map(({ replayed }) => replayed), runs()], [[false, true], 1])
      yield* sql((client) => client`UPDATE alga_extension_runner.idempotency SET expires_at = now()`)
      assert.isFalse((yield* other.once({ ...request, fingerprint: "1:other" }, { run, ...allowed })).replayed)
      assert.strictEqual(runs(), 2)
    })
  )

  it.effect("is given up and not run twice where another runner has taken it over", () =>
    Effect.gen(function* () {
      const { once } = yield* runner()
      const request = asking()
      const begun = yield* Deferred.make<void>()
      const { run, runs } = counting(Effect.andThen(Deferred.succeed(begun, undefined), Effect.never))
      const running = yield* Effect.forkChild(once(request, { run, ...allowed }))
      yield* Deferred.await(begun)
      const answer = JSON.stringify({ response: { status: 299, headers: {} }, used })
      yield* sql(
        (client) => client`
          UPDATE alga_extension_runner.idempotency SET owner = gen_random_uuid(), answer = ${answer}
          WHERE install_id = ${request.install}::uuid`
      )
      const { replayed, response } = yield* Fiber.join(running)
      assert.deepStrictEqual([replayed, response.status, runs()], [true, 299, 1])
    })
  )

  it.effect("is free again where the runner stops before the execution ended", () =>
    Effect.gen(function* () {
      const request = asking()
      const begun = yield* Deferred.make<void>()
      const stopping = Effect.gen(function* () {
        const { once } = yield* runner()
        const { run } = counting(Effect.andThen(Deferred.succeed(begun, undefined), Effect.never))
        yield* Effect.forkChild(Effect.ignoreCause(once(request, { run, ...allowed })))
        yield* Deferred.await(begun)
      })
      yield* Effect.scoped(stopping)
      assert.lengthOf(yield* held(request), 0)
    })
  )
})

layer(setting, { excludeTestServices: true, timeout: 120_000 })("a key of a trigger that is kept", (it) => {
  it.effect("is no execution's, and the other way round", () =>
    Effect.gen(function* () {
      const { once, reserve } = yield* runner()
      const triggers = asking()
      yield* reserve(triggers)
      yield* reserve(triggers)
      const { run, runs } = counting()
      assert.strictEqual(yield* code(once(triggers, { run, ...allowed })), "idempotency_mismatch")
      assert.strictEqual(yield* code(reserve({ ...triggers, fingerprint: "1:other" })), "idempotency_mismatch")
      assert.strictEqual(runs(), 0)

      const waited = asking()
      yield* once(waited, { run, ...allowed })
      assert.strictEqual(yield* code(reserve(waited)), "idempotency_mismatch")
      assert.isTrue((yield* once(waited, { run, ...allowed })).replayed)
      assert.strictEqual(runs(), 1)
    })
  )

  it.effect("is nobody's twice where both are asked for at the same time", () =>
    Effect.gen(function* () {
      const [one, other] = [yield* runner(), yield* runner()]
      for (let round = 0; round < 10; round++) {
        const request = asking()
        const { run, runs } = counting()
        const [waited, kept] = yield* Effect.all(
          [Effect.exit(one.once(request, { run, ...allowed })), Effect.exit(other.reserve(request))],
          { concurrency: "unbounded" }
        )
        assert.strictEqual(Exit.isSuccess(waited), !Exit.isSuccess(kept))
        assert.strictEqual(runs(), Exit.isSuccess(waited) ? 1 : 0)
      }
    })
  )
})
