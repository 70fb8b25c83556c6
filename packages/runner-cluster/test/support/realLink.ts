import { assert } from "@effect/vitest"
import { Context, Effect, Layer, Redacted } from "effect"
import { RunnerAddress } from "effect/cluster/RunnerAddress"
import { RpcServer } from "effect/rpc"
import { SocketServer } from "effect/socket"
import { layerSerialization, layerServer } from "../../src/PeerLink.ts"
import { PeerRpcs } from "../../src/PeerRpcs.ts"
import * as Peers from "../../src/Peers.ts"

const secrets = [Redacted.make("the-secret-of-the-runners-of-this-test")] as const
const serialization = layerSerialization(1_000_000)

type Handlers = Parameters<typeof PeerRpcs.of>[0]

const notAsked = () => Effect.die("not asked")

/** A runner that answers so over the real link; gives its address. What it is not told is a defect. */
export const listening = (handlers: Partial<Handlers>) =>
  Effect.gen(function* () {
    const all = PeerRpcs.of({
      Execute: notAsked,
      Warm: notAsked,
      Alive: notAsked,
      Going: notAsked,
      Due: notAsked,
      Hold: notAsked,
      ...handlers
    } as Handlers)
    const served = RpcServer.layer(PeerRpcs, { disableFatalDefects: true }).pipe(
      Layer.provide(PeerRpcs.toLayer(all)),
      Layer.provide(RpcServer.layerProtocolSocketServer),
      Layer.provideMerge(layerServer({ host: "127.0.0.1", port: 0 }, secrets)),
      Layer.provide(serialization)
    )
    const { address } = Context.get(yield* Layer.build(served), SocketServer.SocketServer)
    assert(address._tag !== "UnixPathAddress")
    return new RunnerAddress({ host: "127.0.0.1", port: address.port })
  })

/** Runners that know the secret of those. */
export const layerPeers = Peers.layer(secrets).pipe(Layer.provide(serialization))
