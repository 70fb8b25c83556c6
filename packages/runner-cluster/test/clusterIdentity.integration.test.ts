import { inspect } from "node:util"
import { testDatabase } from "@alga-psa/ext-adapters-pg/testing/TestDatabase"
import { PgClient } from "@effect/sql-pg"
import { assert, describe, it } from "@effect/vitest"
import { Context, Deferred, Duration, Effect, Exit, Fiber, Layer, Logger, Redacted, References, Scope } from "effect"
import { RunnerAddress } from "effect/cluster/RunnerAddress"
import { TestClock } from "effect/testing"
import * as ClusterDatabase from "../src/ClusterDatabase.ts"
import * as ClusterIdentity from "../src/ClusterIdentity.ts"

/** The database of a test. */
class Setting extends Context.Service<Setting, Redacted.Redacted>()("Setting") {}
const withDatabase = Effect.provide(Layer.effect(Setting, testDatabase))

const here = new RunnerAddress({ host: "10.0.0.1", port: 34_431 })
const other = new RunnerAddress({ host: "10.0.0.1", port: 34_432 })
const taken = "another runner of the cluster has the address 10.0.0.1:34431"

/**
 * A process of its own that is the runner at this address; gives how its start ended, and what ends it. One that is to have the
 * address keeps it on a busy machine too.
 */
const runner = Effect.fnUntraced(function* (address: RunnerAddress, health: Duration.Input = "1 minute") {
  const url = yield* Setting
  const scope = yield* Effect.acquireRelease(Scope.make(), (scope) => Scope.close(scope, Exit.void))
  const identity = Layer.provide(
    ClusterIdentity.layer(address, Duration.fromInputUnsafe(health)),
    ClusterDatabase.layer(url)
  )
  const started = yield* Effect.exit(Layer.buildWithScope(identity, scope))
  const end = Scope.close(scope, Exit.void)
  // A process whose start fails ends.
  if (Exit.isFailure(started)) yield* end
  return { started, end }
})

/** How long one waits for the address that cannot have it: a third more, by the test's clock. */
const impatience = "1 second"

/** A start that does not get the address, and what waits until it was not given it so many times. */
const waiting = Effect.fnUntraced(function* <A, E, R>(start: Effect.Effect<A, E, R>) {
  const refusals = [yield* Deferred.make<void>(), yield* Deferred.make<void>()] as const
  let refused = 0
  const logger = Logger.make<unknown, void>(({ message }) => {
    if (!String(message).includes("is not its own yet")) return
    const told = refusals[refused++]
    if (told !== undefined) Deferred.doneUnsafe(told, Effect.void)
  })
  const starting = yield* Effect.forkChild(
    start.pipe(Effect.provide(Logger.layer([logger])), Effect.provideService(References.MinimumLogLevel, "Debug"))
  )
  return { starting, refusedOnce: Deferred.await(refusals[0]), refusedTwice: Deferred.await(refusals[1]) }
})

/** How such a start ends when its time is over. */
const atItsEnd = <A, E, R>(start: Effect.Effect<A, E, R>) =>
  Effect.flatMap(waiting(start), ({ refusedOnce, starting }) =>
    refusedOnce.pipe(Effect.andThen(TestClock.adjust("2 seconds")), Effect.andThen(Fiber.join(starting)))
  )

const locks = `pg_locks WHERE locktype = 'advisory'
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`

const inDatabase = Effect.provide(
  Layer.unwrap(Effect.map(Setting, (url) => PgClient.layer({ url, maxConnections: 1 })))
)

const sessions = (action: string) =>
  Effect.flatMap(PgClient.PgClient, (sql) => sql.unsafe<Readonly<Record<string, unknown>>>(action)).pipe(inDatabase)

const found = (action: string) => Effect.repeat(sessions(action), { until: (rows) => rows.length > 0 })

describe("the address of a runner", () => {
  it.effect("is one living process's, and the next one's as soon as that has ended", () =>
    Effect.gen(function* () {
      const first = yield* TestClock.withLive(runner(here))
      const second = yield* atItsEnd(runner(here, impatience))
      const beside = yield* TestClock.withLive(runner(other))
      assert.deepStrictEqual([first.started._tag, beside.started._tag], ["Success", "Success"])
      assert(Exit.isFailure(second.started))
      assert.include(String(second.started.cause), taken)
      yield* first.end
      assert.strictEqual((yield* TestClock.withLive(runner(here))).started._tag, "Success")
    }).pipe(withDatabase)
  )

  it.effect("is another's, says a start that was told so once and then got no answer in time", () =>
    Effect.gen(function* () {
      yield* TestClock.withLive(runner(here))
      const { refusedOnce, refusedTwice, starting } = yield* waiting(runner(here, impatience))
      yield* refusedOnce
      const [isHeld, end] = [yield* Deferred.make<void>(), yield* Deferred.make<void>()]
      const holding = Effect.flatMap(PgClient.PgClient, (sql) =>
        sql`LOCK TABLE pg_settings IN ACCESS EXCLUSIVE MODE`.pipe(
          Effect.andThen(Deferred.succeed(isHeld, undefined)),
          Effect.andThen(Deferred.await(end)),
          sql.withTransaction
        )
      )
      const holder = yield* Effect.forkChild(inDatabase(holding))
      yield* Deferred.await(isHeld)
      yield* TestClock.adjust("400 millis")
      yield* found("SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()")
      yield* TestClock.adjust("400 millis")
      yield* Deferred.succeed(end, undefined)
      yield* Fiber.join(holder)
      yield* refusedTwice
      yield* TestClock.adjust("2 seconds")
      assert.include(String(yield* Effect.flip((yield* Fiber.join(starting)).started)), taken)
    }).pipe(withDatabase)
  )

  it.effect("is nobody else's where the database gives no session, and the start says which it is", () =>
    Effect.gen(function* () {
      const url = new URL(Redacted.value(yield* Setting))
      url.pathname = "/no_such_database"
      const identity = Layer.provide(
        ClusterIdentity.layer(here, Duration.fromInputUnsafe(impatience)),
        ClusterDatabase.layer(Redacted.make(url.href))
      )
      const failure = yield* atItsEnd(Effect.flip(Effect.scoped(Layer.build(identity))))
      assert.strictEqual(failure.message, "the cluster's database gives no session: check DATABASE_CLUSTER_URL")
      assert.include(inspect(failure, { depth: 10 }), 'database "no_such_database" does not exist')
    }).pipe(withDatabase)
  )

  it.effect("is taken again by its process where the session that held it broke", () =>
    Effect.gen(function* () {
      yield* TestClock.withLive(runner(here, "6 seconds"))
      const [broken] = yield* sessions(`SELECT pid, pg_terminate_backend(pid) FROM ${locks}`)
      assert.isDefined(broken)
      yield* found(`SELECT FROM ${locks} AND granted AND pid <> ${broken?.["pid"]}`)
      assert.strictEqual((yield* atItsEnd(runner(here, impatience))).started._tag, "Failure")
    }).pipe(withDatabase)
  )
})
