import type { UsedRights } from "@alga-psa/ext-domain"
import { Components } from "@alga-psa/ext-runner/Components"
import { endAt, LongestTime, lower, start } from "@alga-psa/ext-runner/Deadline"
import type { ExecuteResponse } from "@alga-psa/ext-runner/ExecuteResponse"
import type { Outcome } from "@alga-psa/ext-runner/Execution"
import { Life } from "@alga-psa/ext-runner/Life"
import { RunnerError } from "@alga-psa/ext-runner/RunnerError"
import { Duration, Effect, Layer, Metric, type Scope, Stream } from "effect"
import { RunnerAddress } from "effect/cluster/RunnerAddress"
import { RpcServer } from "effect/rpc"
import { LocalExecution } from "./ClusteredExecution.ts"
import { ClusterPlaces } from "./ClusterLimits.ts"
import { awayFor, Directory } from "./Directory.ts"
import { Membership } from "./Membership.ts"
import { promptly } from "./Owners.ts"
import { holdBody } from "./PeerBodies.ts"
import { NotTaken, PeerRpcs } from "./PeerRpcs.ts"
import { TriggerBell } from "./TriggerBell.ts"

const inFlight = Metric.gauge("alga_extension_cluster_peer_executions_in_flight", {
  description: "Executions that this runner carries out for other runners"
})

const wireError = ({ code, detail, ran, retryAfterMillis }: RunnerError): RunnerError =>
  new RunnerError({ code, detail, retryAfterMillis, ...(ran === undefined ? {} : { ran }) })

/** What went wrong inside stays in this runner's log. */
const withoutCause = (error: RunnerError) =>
  Effect.andThen(
    error.cause === undefined
      ? Effect.void
      : Effect.annotateLogs(Effect.logError("work for another runner", error.cause), { error: error.message }),
    Effect.fail(error.cause === undefined ? error : wireError(error))
  )

/** What another runner gets of an execution. */
const answerOf = ({ response, used }: Outcome): ExecuteResponse & { readonly used?: UsedRights } => ({
  ...response,
  ...(used === null ? {} : { used })
})

/**
 * Holds a place for as long as its asker reads on, and no longer than the longest execution (in milliseconds) can take: a
 * runner that has fallen silent holds it no longer. The first element says that it is held.
 */
export const holding = (
  place: Effect.Effect<void, RunnerError, Scope.Scope>,
  longest: number
): Stream.Stream<void, RunnerError> =>
  Stream.unwrap(
    Effect.as(
      place,
      Stream.concat(
        Stream.make(undefined),
        Stream.fromEffectDrain(Effect.sleep(Duration.sum(Duration.millis(longest), promptly)))
      )
    )
  )

const layerHandlers = PeerRpcs.toLayer(
  Effect.gen(function* () {
    yield* Metric.modify(inFlight, 0)
    const local = yield* LocalExecution
    const components = yield* Components
    const life = yield* Life
    const membership = yield* Membership
    const directory = yield* Directory
    const places = yield* ClusterPlaces
    const bell = yield* TriggerBell
    const longest = yield* LongestTime
    const forPeer = <A, E>(run: Effect.Effect<A, E>) =>
      Effect.acquireUseRelease(
        Metric.modify(inFlight, 1),
        () => run,
        () => Metric.modify(inFlight, -1)
      )
    return PeerRpcs.of({
      Execute: ({ request, requestId, timeoutMs }) =>
        Effect.flatMap(
          start(longest),
          (arrived): Effect.Effect<ReturnType<typeof answerOf>, RunnerError | NotTaken> => {
            if (membership.left() || !life.ready()) return Effect.fail(new NotTaken())
            const deadline = lower(arrived, timeoutMs ?? request.limits?.timeout_ms)
            const run = Effect.scoped(Effect.andThen(holdBody(request), forPeer(local.run(request, requestId))))
            const running = endAt(deadline)(life.admit(run))
            return Effect.catch(Effect.map(running, answerOf), withoutCause)
          }
        ),
      Warm: (bundle) => Effect.catch(Effect.asVoid(life.admit(components.get(bundle))), withoutCause),
      Alive: () => Effect.void,
      Going: (address) => directory.leaveOut(new RunnerAddress(address), awayFor),
      Due: () => bell.ring,
      Hold: ({ tenant }) => holding(places.holdTenant(tenant), longest)
    })
  })
)

/** Answers other runners. */
export const layer = RpcServer.layer(PeerRpcs, { disableFatalDefects: true, spanPrefix: "Peer" }).pipe(
  Layer.provide(layerHandlers)
)
