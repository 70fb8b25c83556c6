import { inspect } from "node:util"
import { testDatabase } from "@alga-psa/ext-adapters-pg/testing/TestDatabase"
import { PgClient } from "@effect/sql-pg"
import { assert, describe, it } from "@effect/vitest"
import { Context, Duration, Effect, Exit, Layer, Redacted, Scope } from "effect"
import { RunnerAddress } from "effect/cluster/RunnerAddress"
import * as ClusterDatabase from "../src/ClusterDatabase.ts"
import * as ClusterIdentity from "../src/ClusterIdentity.ts"

/** The database of a test. */
class Setting extends Context.Service<Setting, Redacted.Redacted>()("Setting") {}
const withDatabase = Effect.provide(Layer.effect(Setting, testDatabase))

const here = new RunnerAddress({ host: "10.0.0.1", port: 34_431 })
const other = new RunnerAddress({ host: "10.0.0.1", port: 34_432 })

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

/** How long one waits for the address that cannot have it. */
const impatience = "1 second"

const locks = `pg_locks WHERE locktype = 'advisory'
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`

const sessions = (action: string) =>
  Effect.flatMap(PgClient.PgClient, (sql) => sql.unsafe<Readonly<Record<string, unknown>>>(action)).pipe(
    Effect.provide(Layer.unwrap(Effect.map(Setting, (url) => PgClient.layer({ url, maxConnections: 1 }))))
  )

describe("the address of a runner", () => {
  it.live("is one living process's, and the next one's as soon as that has ended", () =>
    Effect.gen(function* () {
      const first = yield* runner(here)
      const second = yield* runner(here, impatience)
      const beside = yield* runner(other)
      assert.deepStrictEqual([first.started._tag, beside.started._tag], ["Success", "Success"])
      assert(Exit.isFailure(second.started))
      assert.include(String(second.started.cause), "another runner of the cluster has the address 10.0.0.1:34431")
      yield* first.end
      assert.strictEqual((yield* runner(here)).started._tag, "Success")
    }).pipe(withDatabase)
  )

  it.live("is nobody else's where the database gives no session, and the start says which it is", () =>
    Effect.gen(function* () {
      const url = new URL(Redacted.value(yield* Setting))
      url.pathname = "/no_such_database"
      const identity = Layer.provide(
        ClusterIdentity.layer(here, Duration.fromInputUnsafe(impatience)),
        ClusterDatabase.layer(Redacted.make(url.href))
      )
      const failure = yield* Effect.flip(Effect.scoped(Layer.build(identity)))
      assert.strictEqual(failure.message, "the cluster's database gives no session: check DATABASE_CLUSTER_URL")
      assert.include(inspect(failure, { depth: 10 }), 'database "no_such_database" does not exist')
    }).pipe(withDatabase)
  )

  it.live("is taken again by its process where the session that held it broke", () =>
    Effect.gen(function* () {
      yield* runner(here, "6 seconds")
      const [broken] = yield* sessions(`SELECT pid, pg_terminate_backend(pid) FROM ${locks}`)
      assert.isDefined(broken)
      yield* Effect.repeat(sessions(`SELECT FROM ${locks} AND granted AND pid <> ${broken?.["pid"]}`), {
        until: (rows) => rows.length > 0
      })
      assert.strictEqual((yield* runner(here, impatience)).started._tag, "Failure")
    }).pipe(withDatabase)
  )
})
