import { Effect, Equal, Layer } from "effect"
import { ShardId, Sharding } from "effect/cluster"
import { RunnerAddress } from "effect/cluster/RunnerAddress"
import { Directory } from "../../src/Directory.ts"
import { Membership } from "../../src/Membership.ts"
import { type Peer, Peers } from "../../src/Peers.ts"

/** Runners that a test may call owners. */
export const runners = [1, 2, 3, 4, 5, 6].map((port) => new RunnerAddress({ host: "10.0.0.1", port }))

/** A membership in which every tenant and install has the shard 1. */
export const membership = Layer.effect(
  Membership,
  Effect.map(Sharding.Sharding, (sharding) => ({
    address: new RunnerAddress({ host: "10.0.0.9", port: 9 }),
    sharding,
    leave: Effect.void,
    left: () => false
  }))
).pipe(
  Layer.provide(
    Layer.mock(Sharding.Sharding, { getShardId: (_, group) => ShardId.make(group, 1), hasShardId: () => true })
  )
)

/** A directory whose shards belong to the first of the runners that was not left out, for ever; and who was. */
export const directoryOf = (owners: ReadonlyArray<RunnerAddress>, forgets = false) => {
  const out: Array<RunnerAddress> = []
  return {
    out,
    layer: Layer.mock(Directory, {
      ownerOf: () =>
        Effect.sync(() => owners.find((owner) => forgets || !out.some((other) => Equal.equals(other, owner))) ?? null),
      leaveOut: (runner) => Effect.sync(() => void out.push(runner))
    })
  }
}

/** Peers that answer like this one, whoever is asked. */
export const peersLike = (peer: Partial<Peer>) => {
  const ask = ((_: unknown, call: (to: Peer) => unknown) => call(peer as Peer)) as never
  return Layer.succeed(Peers, Peers.of({ ask, askApart: ask }))
}
