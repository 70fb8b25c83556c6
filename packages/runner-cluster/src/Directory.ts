import { monotonicMillisOf } from "@alga-psa/ext-domain/MonotonicTime"
import { Clock, Context, Duration, Effect, Equal, HashRing, Layer, Metric, MutableRef } from "effect"
import { RunnerStorage } from "effect/cluster"
import type { RunnerAddress } from "effect/cluster/RunnerAddress"
import { shards } from "./ClusterOptions.ts"

/**
 * Says which runner a shard's installs run on, from what the cluster's storage last said. The assignment is the one
 * that `effect/cluster` makes of the same runners, so that the owner of a shard's lock and the runner of its requests
 * are one. It is advice: a runner that is asked runs the request, whatever it knows of the owner.
 */
export class Directory extends Context.Service<
  Directory,
  {
    /** The runner of a shard (1 to {@link shards}); null where it is this one, or where there is no other. */
    readonly ownerOf: (shard: number) => Effect.Effect<RunnerAddress | null>
    /** Leaves another runner out for a while: it cannot be reached, or said that it is going. This one is never left out. */
    readonly leaveOut: (runner: RunnerAddress, duration: Duration.Duration) => Effect.Effect<void>
    /** The other runners. */
    readonly others: Effect.Effect<ReadonlyArray<RunnerAddress>>
  }
>()("@alga-psa/ext-runner-cluster/Directory") {}

/** How long a runner that could not be reached is left out before it is tried again. */
export const awayFor = Duration.seconds(3)

const reachable = Metric.gauge("alga_extension_cluster_runners", {
  description: "Runners that this one hands requests to, itself included"
})

const keyOf = ({ host, port }: RunnerAddress) => `${host}:${port}`

/**
 * The directory of the runner at this address, and the storage that it overhears: `effect/cluster` asks it for the
 * runners every second.
 */
export const layer = (
  self: RunnerAddress
): Layer.Layer<Directory | RunnerStorage.RunnerStorage, never, RunnerStorage.RunnerStorage> =>
  Layer.effectContext(
    Effect.gen(function* () {
      const storage = yield* RunnerStorage.RunnerStorage
      const clock = yield* Clock.Clock
      const known = MutableRef.make<ReadonlyArray<RunnerAddress>>([])
      const out = new Map<string, number>()
      let assigned: { readonly key: string; readonly owners: ReadonlyArray<RunnerAddress> } = { key: "", owners: [] }

      const present = (): ReadonlyArray<RunnerAddress> => {
        if (out.size === 0) return known.current
        const now = monotonicMillisOf(clock)
        for (const [key, until] of out) if (until <= now) out.delete(key)
        return known.current.filter((runner) => !out.has(keyOf(runner)))
      }

      let reported: ReadonlyArray<string> = []
      /** Says in one line who came and who went since the last one. */
      const tell = (now: ReadonlyArray<string>) => {
        const joined = now.filter((key) => !reported.includes(key))
        const left = reported.filter((key) => !now.includes(key))
        reported = now
        if (joined.length === 0 && left.length === 0) return Effect.void
        return Effect.annotateLogs(Effect.logInfo("the runners of the cluster changed"), {
          joined: joined.join(" "),
          left: left.join(" "),
          runners: now.length
        })
      }

      /** Changes what is known, and updates the gauge and the log; an interrupt in between would leave them wrong. */
      const change = (by: () => void) =>
        Effect.uninterruptible(
          Effect.suspend(() => {
            by()
            const now = present().map(keyOf)
            return Effect.andThen(Metric.update(reachable, now.length), tell(now))
          })
        )

      const owners = (): ReadonlyArray<RunnerAddress> => {
        const runners = present()
        const key = runners.map(keyOf).join()
        if (assigned.key !== key) {
          const ring = HashRing.addMany(HashRing.make<RunnerAddress>(), runners)
          assigned = { key, owners: HashRing.getShards(ring, shards) ?? [] }
        }
        return assigned.owners
      }

      const directory = Directory.of({
        ownerOf: (shard) =>
          Effect.sync(() => {
            const owner = owners()[shard - 1]
            return owner === undefined || Equal.equals(owner, self) ? null : owner
          }),
        leaveOut: (runner, duration) =>
          change(() => {
            if (Equal.equals(runner, self)) return
            out.set(keyOf(runner), monotonicMillisOf(clock) + Duration.toMillis(duration))
          }),
        others: Effect.sync(() => present().filter((runner) => !Equal.equals(runner, self)))
      })

      const overheard = RunnerStorage.RunnerStorage.of({
        ...storage,
        getRunners: Effect.tap(storage.getRunners, (runners) =>
          change(() => {
            known.current = runners
              .filter(([, healthy]) => healthy)
              .map(([runner]) => runner.address)
              .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
          })
        )
      })
      return Context.make(Directory, directory).pipe(Context.add(RunnerStorage.RunnerStorage, overheard))
    })
  )
