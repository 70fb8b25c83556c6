import type { UsedRights } from "@alga-psa/ext-domain"
import { Effect, Layer, Metric, Stream } from "effect"
import { RunnerAddress } from "effect/cluster/RunnerAddress"
import { RpcServer } from "effect/rpc"
import { Components } from "../Components.ts"
import type { ExecuteResponse } from "../ExecuteResponse.ts"
import type { Outcome } from "../Execution.ts"
import { Life } from "../Life.ts"
import { afterRun, fail, type RunnerError } from "../RunnerError.ts"
import { LocalExecution } from "./ClusteredExecution.ts"
import { ClusterPlaces } from "./ClusterLimits.ts"
import { awayFor, Directory } from "./Directory.ts"
import { Membership } from "./Membership.ts"
import { NotTaken, PeerRpcs } from "./PeerRpcs.ts"
import { TriggerBell } from "./TriggerBell.ts"

const inFlight = Metric.gauge("alga_extension_cluster_peer_executions_in_flight", {
  description: "Executions that this runner carries out for other runners"
})

/** What went wrong inside stays in this runner's log. */
const withoutCause = (error: RunnerError) =>
  Effect.andThen(
    error.cause === undefined
      ? Effect.void
      : Effect.annotateLogs(Effect.logError("work for another runner", error.cause), { error: error.message }),
    Effect.fail(
      error.ran === undefined ? fail(error.code, error.detail) : afterRun(fail(error.code, error.detail), error.ran)
    )
  )

/** What another runner gets of an execution. */
const answerOf = ({ response, used }: Outcome): ExecuteResponse & { readonly used?: UsedRights } => ({
  ...response,
  ...(used === null ? {} : { used })
})

const layerHandlers = PeerRpcs.toLayer(
  Effect.gen(function* () {
    const local = yield* LocalExecution
    const components = yield* Components
    const life = yield* Life
    const membership = yield* Membership
    const directory = yield* Directory
    const places = yield* ClusterPlaces
    const bell = yield* TriggerBell
    let working = 0
    const count = (change: 1 | -1) =>
      Effect.suspend(() => {
        working += change
        return Metric.update(inFlight, working)
      })
    const forPeer = <A, E>(run: Effect.Effect<A, E>) =>
      Effect.acquireUseRelease(
        count(1),
        () => run,
        () => count(-1)
      )
    return PeerRpcs.of({
      Execute: ({ request, requestId }) =>
        Effect.suspend(
          (): Effect.Effect<ReturnType<typeof answerOf>, RunnerError | NotTaken> =>
            membership.left() || !life.ready()
              ? Effect.fail(new NotTaken())
              : Effect.catch(Effect.map(life.admit(forPeer(local.run(request, requestId))), answerOf), withoutCause)
        ),
      Warm: (bundle) => Effect.catch(Effect.asVoid(life.admit(components.get(bundle))), withoutCause),
      Alive: () => Effect.void,
      Going: (address) => directory.leaveOut(new RunnerAddress(address), awayFor),
      Due: () => bell.ring,
      Hold: ({ tenant }) =>
        Stream.unwrap(Effect.as(places.holdTenant(tenant), Stream.concat(Stream.make(undefined), Stream.never)))
    })
  })
)

/** Answers other runners. */
export const layer = RpcServer.layer(PeerRpcs, { disableFatalDefects: true, spanPrefix: "Peer" }).pipe(
  Layer.provide(layerHandlers)
)
