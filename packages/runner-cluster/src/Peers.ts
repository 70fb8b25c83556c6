import { Cause, Context, Data, Effect, Layer, RcMap, Schema } from "effect"
import type { RunnerAddress } from "effect/cluster/RunnerAddress"
import { RpcClient, type RpcGroup, type RpcSerialization } from "effect/rpc"
import type { RpcClientError } from "effect/rpc/RpcClientError"
import type { Scope } from "effect/Scope"
import { makeLanes } from "./Lanes.ts"
import { type ClusterSecrets, makeProtocol, wasUnsent } from "./PeerLink.ts"
import { PeerRpcs } from "./PeerRpcs.ts"

/** What one runner can ask of another. */
export type Peer = RpcClient.RpcClient<RpcGroup.Rpcs<typeof PeerRpcs>, RpcClientError>

/** The call did not reach the other runner: it may be made of another. */
export class Unreached extends Schema.TaggedError<Unreached>()("Unreached", { cause: Schema.Defect() }) {}

/** The connection broke, or the other runner ended, while the call was under way: nobody can say what became of it. */
export class Lost extends Schema.TaggedError<Lost>()("Lost", { cause: Schema.Defect() }) {}

type Ask = <A, E, R>(
  runner: RunnerAddress,
  call: (peer: Peer) => Effect.Effect<A, E | RpcClientError, R>
) => Effect.Effect<A, Exclude<E, RpcClientError> | Unreached | Lost, R>

/** The other runners. A connection is made when it is first needed, and again after it broke. */
export class Peers extends Context.Service<
  Peers,
  {
    /** Asks something small, over the one connection for that. */
    readonly ask: Ask
    /** Asks something that may carry a large body, over a connection where nothing else is under way. */
    readonly askApart: Ask
  }
>()("@alga-psa/ext-runner-cluster/Peers") {}

const isClientError = (error: unknown): error is RpcClientError =>
  typeof error === "object" && error !== null && "_tag" in error && error._tag === "RpcClientError"

/** One of the connections to a runner. */
class Connection extends Data.Class<{ readonly runner: RunnerAddress; readonly lane: number }> {}

/** The lane of what is small. */
const shared = 0

/** Connections to one runner for what may be large. With more under way than that, some share one. */
const mostLanes = 64

/** The runners that know the same secret. */
export const layer = (secrets: ClusterSecrets): Layer.Layer<Peers, never, RpcSerialization.RpcSerialization> =>
  Layer.effect(
    Peers,
    Effect.gen(function* () {
      const lanes = makeLanes(mostLanes)
      const clients = yield* RcMap.make({
        lookup: ({ runner }: Connection): Effect.Effect<Peer, never, Scope | RpcSerialization.RpcSerialization> =>
          Effect.flatMap(makeProtocol(runner, secrets), (protocol) =>
            Effect.provideService(RpcClient.make(PeerRpcs), RpcClient.Protocol, protocol)
          ),
        idleTimeToLive: ({ lane }: Connection) => (lane === shared ? "3 minutes" : "30 seconds")
      })
      const once = <A, E, R>(
        connection: Connection,
        call: (peer: Peer) => Effect.Effect<A, E | RpcClientError, R>
      ): Effect.Effect<A, Exclude<E, RpcClientError> | Unreached | Lost, R> =>
        Effect.scoped(Effect.flatMap(RcMap.get(clients, connection), call)).pipe(
          Effect.catch((error): Effect.Effect<never, Exclude<E, RpcClientError> | Unreached | Lost> => {
            if (!isClientError(error)) return Effect.fail(error as Exclude<E, RpcClientError>)
            const failed = wasUnsent(error) ? new Unreached({ cause: error }) : new Lost({ cause: error })
            return Effect.andThen(RcMap.invalidate(clients, connection), Effect.fail(failed))
          }),
          Effect.catchCauseIf(Cause.hasInterruptsOnly, (cause) => Effect.fail(new Lost({ cause: Cause.squash(cause) })))
        ) as Effect.Effect<A, Exclude<E, RpcClientError> | Unreached | Lost, R>
      const twice: (lane: number) => Ask = (lane) => (runner, call) => {
        const connection = new Connection({ runner, lane })
        return Effect.catch(once(connection, call), (error) =>
          error instanceof Unreached ? once(connection, call) : Effect.fail(error)
        )
      }
      return Peers.of({
        ask: twice(shared),
        askApart: (runner, call) =>
          Effect.acquireUseRelease(
            Effect.sync(() => lanes.take(runner.toString())),
            (lane) => twice(lane + 1)(runner, call),
            (lane) => Effect.sync(() => lanes.giveBack(runner.toString(), lane))
          )
      })
    })
  )
