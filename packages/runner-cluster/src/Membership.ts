import { Context, Duration, Effect, Exit, Layer, Metric, Option, Schedule, Scope } from "effect"
import {
  ClusterMetrics,
  MessageStorage,
  RunnerHealth,
  type RunnerStorage,
  Runners,
  Sharding,
  ShardingConfig
} from "effect/cluster"
import { RunnerAddress } from "effect/cluster/RunnerAddress"
import { type ClusterOptions, shards } from "./ClusterOptions.ts"
import * as KubernetesHealth from "./KubernetesHealth.ts"
import * as KubernetesPods from "./KubernetesPods.ts"
import { Peers } from "./Peers.ts"

/** This runner's part in the cluster. */
export class Membership extends Context.Service<
  Membership,
  {
    readonly address: RunnerAddress
    readonly sharding: Sharding.Sharding["Service"]
    /** Takes this runner off the list and gives its shards back. What it works on goes on. */
    readonly leave: Effect.Effect<void>
    readonly left: () => boolean
  }
>()("@alga-psa/ext-runner-cluster/Membership") {}

const owned = Metric.gauge("alga_extension_cluster_shards", {
  description: "Shards whose locks this runner holds, of 300 in the cluster"
})

/** Where others reach this runner. */
export const addressOf = ({ address: { host, port } }: ClusterOptions): RunnerAddress =>
  new RunnerAddress({ host, port })

/** What `effect/cluster` needs to know. */
export const layerConfig = (options: ClusterOptions): Layer.Layer<ShardingConfig.ShardingConfig> => {
  const third = Duration.divideUnsafe(options.health, 3)
  return ShardingConfig.layer({
    runnerAddress: Option.some(addressOf(options)),
    shardsPerGroup: shards,
    shardLockExpiration: options.health,
    shardLockRefreshInterval: third,
    runnerHealthCheckInterval: third,
    refreshAssignmentsInterval: "1 second",
    entityMessagePollInterval: "1 second"
  })
}

/** A runner lives where it answers once in a third of the time that it may be silent for. */
const layerPing = ({ health }: ClusterOptions) =>
  Layer.effect(
    RunnerHealth.RunnerHealth,
    Effect.map(Peers, (peers) =>
      RunnerHealth.RunnerHealth.of({
        isAlive: (runner) =>
          peers
            .ask(runner, (peer) => peer.Alive())
            .pipe(Effect.timeout(Duration.divideUnsafe(health, 3)), Effect.retry(Schedule.recurs(2)), Effect.isSuccess)
      })
    )
  )

const layerHealth = (options: ClusterOptions) =>
  options.kubernetes === null
    ? layerPing(options)
    : KubernetesHealth.layer(options.address.host, Duration.divideUnsafe(options.health, 3)).pipe(
        Layer.provide(KubernetesPods.layer(options.kubernetes))
      )

/**
 * Membership by `effect/cluster`: the list of runners with their heartbeats, and one owner for each shard, who holds its
 * lock in PostgreSQL. It carries no messages and runs no entities: see docs/decisions/cluster.md.
 */
export const layer = (
  options: ClusterOptions
): Layer.Layer<Membership, KubernetesPods.KubernetesFailed, RunnerStorage.RunnerStorage | Peers> =>
  Layer.effect(
    Membership,
    Effect.gen(function* () {
      const sharded = Sharding.layer.pipe(
        Layer.provide([Runners.layerNoop, layerHealth(options)]),
        Layer.provide(MessageStorage.layerNoop),
        Layer.provide(layerConfig(options))
      )
      const context = yield* Effect.context<RunnerStorage.RunnerStorage | Peers>()
      const scope = yield* Effect.acquireRelease(Scope.make(), (scope) => Scope.close(scope, Exit.void))
      const built = yield* Layer.buildWithScope(sharded, scope).pipe(Effect.provideContext(context))
      const sharding = Context.get(built, Sharding.Sharding)
      let before = 0
      const tell = (now: number) =>
        Effect.suspend(() => {
          const isNews = now !== before
          before = now
          return isNews
            ? Effect.annotateLogs(Effect.logInfo("this runner's shards changed"), { shards: now })
            : Effect.void
        })
      yield* Effect.provideContext(Metric.value(ClusterMetrics.shards), Context.empty()).pipe(
        Effect.flatMap(({ value }) => Effect.andThen(Metric.update(owned, Number(value)), tell(Number(value)))),
        Effect.repeat(Schedule.spaced("1 second")),
        Effect.forkScoped
      )
      let left = false
      return Membership.of({
        address: addressOf(options),
        sharding,
        leave: Effect.suspend(() => {
          left = true
          return Scope.close(scope, Exit.void)
        }),
        left: () => left
      })
    })
  )
