import { testDatabase } from "@alga-psa/ext-adapters-pg/testing/TestDatabase"
import { PgClient } from "@effect/sql-pg"
import { assert, describe, it } from "@effect/vitest"
import { Context, Duration, Effect, Exit, Layer, type Redacted, Scope } from "effect"
import { RunnerAddress } from "effect/cluster/RunnerAddress"
import * as ClusterDatabase from "../src/ClusterDatabase.ts"
import * as ClusterIdentity from "../src/ClusterIdentity.ts"

/** The database of a test. */
class Setting extends Context.Service<Setting, Redacted.Redacted>()("Setting") {}
const withDatabase = Effect.provide(Layer.effect(Setting, testDatabase))

const here = new RunnerAddress({ host: "10.0.0.1", port: 34_431 })
const other = new RunnerAddress({ host: "10.0.0.1", port: 34_432 })

/** A process of its own that is the runner at this address; gives how its start ended, and what ends it. */
const runner = Effect.fnUntraced(function* (address: RunnerAddress, health: Duration.Input = "400 millis") {
  const url = yield* Setting
  const scope = yield* Effect.acquireRelease(Scope.make(), (scope) => Scope.close(scope, Exit.void))
  const identity = Layer.provide(
    ClusterIdentity.layer(address, Duration.fromInputUnsafe(health)),
    ClusterDatabase.layer(url)
  )
  const started = yield* Effect.exit(Layer.buildWithScope(identity, scope))
  return { started, end: Scope.close(scope, Exit.void) }
})

const locks = `pg_locks WHERE locktype = 'advisory'
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`

const sessions = (action: string) =>
  Effect.flatMap(PgClient.PgClient, (sql) => sql.unsafe(action)).pipe(
    Effect.provide(Layer.unwrap(Effect.map(Setting, (url) => PgClient.layer({ url, maxConnections: 1 }))))
  )

describe("the address of a runner", () => {
  it.live("is one living process's, and the next one's as soon as that has ended", () =>
    Effect.gen(function* () {
      const first = yield* runner(here)
      const second = yield* runner(here)
      const beside = yield* runner(other)
      assert.deepStrictEqual([first.started._tag, beside.started._tag], ["Success", "Success"])
      assert(Exit.isFailure(second.started))
      assert.include(String(second.started.cause), "another runner of the cluster has the address 10.0.0.1:34431")
      yield* first.end
      assert.strictEqual((yield* runner(here)).started._tag, "Success")
    }).pipe(withDatabase)
  )

  it.live("is taken again by its process where the session that held it broke", () =>
    Effect.gen(function* () {
      yield* runner(here)
      yield* sessions(`SELECT pg_terminate_backend(pid) FROM ${locks}`)
      yield* Effect.eventually(
        Effect.filterOrFail(
          sessions(`SELECT FROM ${locks} AND granted`),
          (rows) => rows.length > 0,
          () => "not yet"
        )
      )
      assert.strictEqual((yield* runner(here)).started._tag, "Failure")
    }).pipe(withDatabase)
  )
})
