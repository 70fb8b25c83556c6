import { Life } from "@alga-psa/ext-runner/Life"
import { Duration, Effect, Fiber, Layer } from "effect"
import { SqlRunnerStorage } from "effect/cluster"
import { RpcServer } from "effect/rpc"
import * as ClusterAtStart from "./ClusterAtStart.ts"
import * as ClusterDatabase from "./ClusterDatabase.ts"
import * as ClusteredExecution from "./ClusteredExecution.ts"
import * as ClusterIdentity from "./ClusterIdentity.ts"
import * as ClusterLimits from "./ClusterLimits.ts"
import type { ClusterOptions } from "./ClusterOptions.ts"
import * as ClusterWarmup from "./ClusterWarmup.ts"
import * as Directory from "./Directory.ts"
import * as Membership from "./Membership.ts"
import * as PeerBodies from "./PeerBodies.ts"
import * as PeerLink from "./PeerLink.ts"
import * as PeerServer from "./PeerServer.ts"
import * as Peers from "./Peers.ts"
import * as PgTriggers from "./PgTriggers.ts"
import * as TriggerBell from "./TriggerBell.ts"
import * as TriggerStore from "./TriggerStore.ts"
import * as TriggerWorker from "./TriggerWorker.ts"

const leavePatience = Duration.seconds(2)

/** How long calls of other runners may still arrive after all of them know that this runner is leaving. */
const linger = Duration.millis(250)

/**
 * A life that leaves the cluster first: it tells the other runners, gives its shards back, and then ends what it had taken.
 */
const layerLife: Layer.Layer<Life, never, Life | Membership.Membership | Directory.Directory | Peers.Peers> =
  Layer.effect(
    Life,
    Effect.gen(function* () {
      const life = yield* Life
      const { address, leave } = yield* Membership.Membership
      const directory = yield* Directory.Directory
      const peers = yield* Peers.Peers
      const tell = Effect.flatMap(directory.others, (others) =>
        Effect.forEach(others, (runner) => Effect.ignore(peers.ask(runner, (peer) => peer.Going(address))), {
          concurrency: "unbounded",
          discard: true
        })
      )
      return Life.of({
        ...life,
        stop: (options) =>
          life.stop({
            ...options,
            leave: Effect.gen(function* () {
              const leaving = yield* Effect.forkDetach(Effect.all([leave, tell], { concurrency: "unbounded" }))
              yield* Effect.timeoutOption(Fiber.join(leaving), leavePatience)
              yield* Effect.sleep(linger)
            })
          })
      })
    })
  )

/**
 * Makes a runner one of a cluster: executions go to the runner that their install lives on, and triggers can be kept.
 */
export const layer = (options: ClusterOptions) => {
  const { address, bodiesBytes, health, limits, listen, secrets, triggers, url } = options
  const directory = Directory.layer(Membership.addressOf(options)).pipe(
    Layer.provide(SqlRunnerStorage.layerStorage({})),
    Layer.provide(Membership.layerConfig(options))
  )
  const server = PeerServer.layer.pipe(
    Layer.provide(PeerBodies.layerPeerBodies(bodiesBytes)),
    Layer.provide(RpcServer.layerProtocolSocketServer),
    Layer.provide(PeerLink.layerServer({ host: listen ?? address.host, port: address.port }, secrets))
  )
  return Layer.mergeAll(
    server,
    TriggerWorker.layer(triggers, health),
    PgTriggers.layer(triggers),
    ClusterWarmup.layer,
    layerLife
  ).pipe(
    Layer.provideMerge(ClusteredExecution.layer),
    Layer.provide(ClusteredExecution.layerLocal),
    Layer.provide([ClusterLimits.layer(limits), TriggerBell.layer, TriggerStore.layer]),
    Layer.provideMerge(Membership.layer(options)),
    Layer.provideMerge(directory),
    Layer.provide(Peers.layer(secrets)),
    Layer.provide(PeerLink.layerSerialization(options.messageBytes)),
    Layer.provide(ClusterIdentity.layer(Membership.addressOf(options), health)),
    Layer.provide(ClusterAtStart.layer(options.mayBeAway)),
    Layer.provide(ClusterDatabase.layer(url))
  )
}
