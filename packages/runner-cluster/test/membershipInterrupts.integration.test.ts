import { noneUnderWay } from "@alga-psa/ext-adapters-pg/testing/NoneUnderWay"
import { interruptSomeSteps } from "@alga-psa/ext-domain/testing/interruptEveryStep"
import { askUntil } from "@alga-psa/ext-runner/testing/AskUntil"
import { PgClient } from "@effect/sql-pg"
import { assert, describe, it } from "@effect/vitest"
import { Context, Duration, Effect, Latch, Layer, Metric } from "effect"
import { RunnerStorage, SqlRunnerStorage } from "effect/cluster"
import { Runner } from "effect/cluster/Runner"
import { RunnerAddress } from "effect/cluster/RunnerAddress"
import * as ClusterDatabase from "../src/ClusterDatabase.ts"
import type { ClusterOptions } from "../src/ClusterOptions.ts"
import * as Directory from "../src/Directory.ts"
import * as Membership from "../src/Membership.ts"
import { peersLike } from "./support/clusterParts.ts"
import { clusterTables } from "./support/TriggerTables.ts"

const at = (port: number) => new RunnerAddress({ host: "10.0.0.1", port })
const self = at(1)
const options = {
  address: { host: self.host, port: self.port },
  // Who is silent for so long is on no list.
  health: Duration.minutes(5),
  kubernetes: null
} as unknown as ClusterOptions

/** A database with the cluster's tables, and what `effect/cluster` keeps in them. */
const database = Layer.unwrap(Effect.map(clusterTables, ClusterDatabase.layer))
const storage = SqlRunnerStorage.layerStorage({}).pipe(Layer.provide(Membership.layerConfig(options)))

const runner = (port: number) => new Runner({ address: at(port), groups: ["default"], weight: 1 })

describe("the directory over PostgreSQL, interrupted at steps that a seed chooses", () => {
  it.live(
    "says how many runners it hands requests to, and knows who comes next",
    () =>
      Effect.gen(function* () {
        const directory = yield* Directory.Directory
        const overheard = yield* RunnerStorage.RunnerStorage
        const ports = Effect.map(directory.others, (others) => others.map(({ port }) => port))
        const said = Effect.map(
          Metric.snapshot,
          (all) => all.find(({ id }) => id === "alga_extension_cluster_runners")?.state
        )
        let port = 10
        const life = Effect.gen(function* () {
          port += 1
          yield* overheard.register(runner(self.port), true)
          yield* overheard.register(runner(port), true)
          yield* overheard.getRunners
          yield* directory.leaveOut(at(port), Duration.hours(1))
          yield* overheard.unregister(at(port - 1))
          yield* overheard.getRunners
        })
        const steps = yield* interruptSomeSteps(life, { count: 40, seed: "directory" }, () =>
          Effect.gen(function* () {
            assert.propertyVal(yield* said, "value", (yield* ports).length + 1)
            port += 1
            yield* overheard.register(runner(port), true)
            yield* overheard.getRunners
            assert.include(yield* ports, port)
            assert.propertyVal(yield* said, "value", (yield* ports).length + 1)
          })
        )
        assert.isAbove(steps, 20)
        yield* noneUnderWay
      }).pipe(Effect.provide(Directory.layer(self).pipe(Layer.provide(storage), Layer.provideMerge(database)))),
    300_000
  )
})

/** The list of runners as it is kept, which opens the latch whenever shards were got. */
const heardAs = Effect.fnUntraced(function* (holding: Latch.Latch) {
  const kept = yield* RunnerStorage.RunnerStorage
  return RunnerStorage.RunnerStorage.of({
    ...kept,
    acquire: (address, shards) =>
      Effect.tap(kept.acquire(address, shards), (got) => (got.length > 0 ? holding.open : Effect.void))
  })
})

const listedAndLocked = Effect.flatMap(
  PgClient.PgClient,
  (sql) => sql<{ readonly runners: number; readonly locks: number }>`
    SELECT (SELECT count(*)::int FROM cluster_runners) AS runners,
      (SELECT count(*)::int FROM pg_locks JOIN pg_database ON pg_database.oid = database
        WHERE locktype = 'advisory' AND datname = current_database()) AS locks`
)

describe("a runner that leaves the cluster", () => {
  it.live(
    "is on no list and holds no shard while it still works, and knows that it has left",
    () =>
      Effect.gen(function* () {
        const holding = Latch.makeUnsafe(false)
        const heard = yield* heardAs(holding)
        const built = yield* Layer.build(Membership.layer(options)).pipe(
          Effect.provideService(RunnerStorage.RunnerStorage, heard),
          Effect.provide(peersLike({}))
        )
        const { leave, left } = Context.get(built, Membership.Membership)
        yield* holding.await
        const [before] = yield* listedAndLocked
        assert.deepStrictEqual([before?.runners, (before?.locks ?? 0) > 0, left()], [1, true, false])
        yield* leave
        assert.isTrue(left())
        yield* askUntil(listedAndLocked, ([found]) => found?.runners === 0 && found.locks === 0)
      }).pipe(Effect.provide(Layer.provideMerge(storage, database))),
    300_000
  )
})

describe("the membership over PostgreSQL, interrupted at steps that a seed chooses", () => {
  it.live(
    "is on no list and holds no shard once it has ended, and can join again",
    () =>
      Effect.gen(function* () {
        const holding = Latch.makeUnsafe(false)
        const heard = yield* heardAs(holding)
        const life = Effect.scoped(
          Effect.gen(function* () {
            yield* holding.close
            const built = yield* Layer.build(Membership.layer(options))
            yield* holding.await
            yield* Context.get(built, Membership.Membership).leave
          })
        ).pipe(Effect.provideService(RunnerStorage.RunnerStorage, heard), Effect.provide(peersLike({})))
        const steps = yield* interruptSomeSteps(life, { count: 10, seed: "membership" }, () =>
          Effect.repeat(listedAndLocked, { until: ([found]) => found?.runners === 0 && found.locks === 0 })
        )
        assert.isAbove(steps, 100)
        yield* life
        yield* noneUnderWay
      }).pipe(Effect.provide(Layer.provideMerge(storage, database))),
    300_000
  )
})
