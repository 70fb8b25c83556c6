import { Cause, Context, Effect, Layer, RcMap, Schema } from "effect"
import type { RunnerAddress } from "effect/cluster/RunnerAddress"
import { RpcClient, type RpcGroup, type RpcSerialization } from "effect/rpc"
import type { RpcClientError } from "effect/rpc/RpcClientError"
import type { Scope } from "effect/Scope"
import { type ClusterSecrets, makeProtocol, wasUnsent } from "./PeerLink.ts"
import { PeerRpcs } from "./PeerRpcs.ts"

/** What one runner can ask of another. */
export type Peer = RpcClient.RpcClient<RpcGroup.Rpcs<typeof PeerRpcs>, RpcClientError>

/** The call did not reach the other runner: it may be made of another. */
export class Unreached extends Schema.TaggedError<Unreached>()("Unreached", { cause: Schema.Defect() }) {}

/** The connection broke, or the other runner ended, while the call was under way: nobody can say what became of it. */
export class Lost extends Schema.TaggedError<Lost>()("Lost", { cause: Schema.Defect() }) {}

/** The other runners, over one connection to each, which is made when it is first needed and again after it broke. */
export class Peers extends Context.Service<
  Peers,
  {
    readonly ask: <A, E, R>(
      runner: RunnerAddress,
      call: (peer: Peer) => Effect.Effect<A, E | RpcClientError, R>
    ) => Effect.Effect<A, Exclude<E, RpcClientError> | Unreached | Lost, R>
  }
>()("@alga-psa/ext-runner-cluster/Peers") {}

const isClientError = (error: unknown): error is RpcClientError =>
  typeof error === "object" && error !== null && "_tag" in error && error._tag === "RpcClientError"

/** The runners that know the same secret. */
export const layer = (secrets: ClusterSecrets): Layer.Layer<Peers, never, RpcSerialization.RpcSerialization> =>
  Layer.effect(
    Peers,
    Effect.gen(function* () {
      const clients = yield* RcMap.make({
        lookup: (address: RunnerAddress): Effect.Effect<Peer, never, Scope | RpcSerialization.RpcSerialization> =>
          Effect.flatMap(makeProtocol(address, secrets), (protocol) =>
            Effect.provideService(RpcClient.make(PeerRpcs), RpcClient.Protocol, protocol)
          ),
        idleTimeToLive: "3 minutes"
      })
      const once = <A, E, R>(
        runner: RunnerAddress,
        call: (peer: Peer) => Effect.Effect<A, E | RpcClientError, R>
      ): Effect.Effect<A, Exclude<E, RpcClientError> | Unreached | Lost, R> =>
        Effect.scoped(Effect.flatMap(RcMap.get(clients, runner), call)).pipe(
          Effect.catch((error): Effect.Effect<never, Exclude<E, RpcClientError> | Unreached | Lost> => {
            if (!isClientError(error)) return Effect.fail(error as Exclude<E, RpcClientError>)
            const failed = wasUnsent(error) ? new Unreached({ cause: error }) : new Lost({ cause: error })
            return Effect.andThen(RcMap.invalidate(clients, runner), Effect.fail(failed))
          }),
          Effect.catchCauseIf(Cause.hasInterruptsOnly, (cause) => Effect.fail(new Lost({ cause: Cause.squash(cause) })))
        ) as Effect.Effect<A, Exclude<E, RpcClientError> | Unreached | Lost, R>
      return Peers.of({
        ask: (runner, call) =>
          Effect.catch(once(runner, call), (error) =>
            error instanceof Unreached ? once(runner, call) : Effect.fail(error)
          )
      })
    })
  )
