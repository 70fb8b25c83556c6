import { atZero, labelled } from "@alga-psa/ext-domain/Labelled"
import { rest, waitFor, withDeadline } from "@alga-psa/ext-runner/Deadline"
import type { ExecuteRequest } from "@alga-psa/ext-runner/ExecuteRequest"
import { Execution, type Outcome } from "@alga-psa/ext-runner/Execution"
import { fail, type RunnerError } from "@alga-psa/ext-runner/RunnerError"
import { Context, Effect, Layer, Metric } from "effect"
import type { RunnerAddress } from "effect/cluster/RunnerAddress"
import { ClusterPlaces } from "./ClusterLimits.ts"
import { awayFor, Directory } from "./Directory.ts"
import { shardOfInstall } from "./Installs.ts"
import { Membership } from "./Membership.ts"
import { onOwner, TryNext } from "./Owners.ts"
import { Peers } from "./Peers.ts"

/** Runs an install's executions here, whatever runner it lives on, within the limits of the cluster. */
export class LocalExecution extends Context.Service<
  LocalExecution,
  {
    /** As {@link Execution}; `begin` comes first, as soon as there is a place for it. */
    readonly run: (
      request: ExecuteRequest,
      requestId: string,
      begin?: Effect.Effect<void, RunnerError>
    ) => Effect.Effect<Outcome, RunnerError>
  }
>()("@alga-psa/ext-runner-cluster/LocalExecution") {}

const routes = ["here", "elsewhere", "lost"] as const
const routed = labelled(
  (attributes) =>
    Metric.counter("alga_extension_cluster_executions_total", {
      description:
        "Executions asked of this runner by callers, by where they ran: here, elsewhere, or lost with their runner",
      incremental: true,
      attributes
    }),
  "route",
  routes
)
const count = (route: (typeof routes)[number]) => Metric.update(routed.of(route), 1)

/** Executions here. */
export const layerLocal: Layer.Layer<LocalExecution, never, Execution | ClusterPlaces> = Layer.effect(
  LocalExecution,
  Effect.gen(function* () {
    const execution = yield* Execution
    const places = yield* ClusterPlaces
    return LocalExecution.of({
      run: (request, requestId, begin = Effect.void) =>
        waitFor("place")(places.hold(request.context.tenant_id, request.context.install_id)).pipe(
          Effect.andThen(waitFor("triggers")(begin)),
          Effect.andThen(execution.run(request, requestId)),
          Effect.scoped,
          withDeadline(request.limits?.timeout_ms)
        )
    })
  })
)

/** A runner that let so many requests in a row wait until their deadline is left out for a while. */
const mostSilences = 3
/** Runners whose silence is counted at the same time; those that never come back would else be counted for ever. */
const mostSilent = 1_000

/**
 * Executions on the runner that the install lives on: one that is this runner's own runs as it does without a cluster.
 * A forwarded execution runs once or not at all. If it did not reach the first runner, it goes to the next. If the
 * first was lost with it, or says nothing until the deadline, it fails with `runner_lost`.
 */
export const layer: Layer.Layer<Execution, never, LocalExecution | Membership | Directory | Peers> = Layer.effect(
  Execution,
  Effect.gen(function* () {
    const local = yield* LocalExecution
    const { sharding } = yield* Membership
    yield* atZero(routed.all)
    const directory = yield* Directory
    const peers = yield* Peers

    const tryNext = () => Effect.fail(new TryNext())

    const silences = new Map<string, number>()
    const answered = (owner: RunnerAddress) => Effect.sync(() => void silences.delete(owner.toString()))
    /** Who hangs up says nothing of the runner; a deadline without an answer does. */
    const interrupted = (owner: RunnerAddress) =>
      Effect.flatMap(rest, (left) => {
        if (left !== 0) return Effect.void
        const times = (silences.get(owner.toString()) ?? 0) + 1
        if (silences.size >= mostSilent) silences.clear()
        silences.set(owner.toString(), times)
        return Effect.andThen(count("lost"), times < mostSilences ? Effect.void : directory.leaveOut(owner, awayFor))
      })

    const run = (request: ExecuteRequest, requestId: string): Effect.Effect<Outcome, RunnerError> => {
      const { install_id, tenant_id } = request.context
      const here = Effect.andThen(count("here"), local.run(request, requestId))
      return onOwner(directory, shardOfInstall(sharding, tenant_id, install_id), here, (owner) =>
        Effect.flatMap(rest, (left) =>
          peers.askApart(owner, (peer) =>
            peer.Execute({ request, requestId, ...(left === null ? {} : { timeoutMs: left }) })
          )
        ).pipe(
          waitFor("runner"),
          Effect.tap(() => answered(owner)),
          Effect.onInterrupt(() => interrupted(owner)),
          Effect.tap(() => count("elsewhere")),
          Effect.map(({ used = null, ...response }): Outcome => ({ response, used })),
          Effect.catchTags({
            Unreached: tryNext,
            NotTaken: tryNext,
            Lost: (error) =>
              Effect.andThen(
                Effect.andThen(count("lost"), directory.leaveOut(owner, awayFor)),
                Effect.fail(fail("runner_lost", "the runner that carried it out was lost before it answered", error))
              )
          })
        )
      ).pipe(withDeadline(request.limits?.timeout_ms))
    }
    return Execution.of({ run: Effect.fn("ClusteredExecution.run")(run) })
  })
)
