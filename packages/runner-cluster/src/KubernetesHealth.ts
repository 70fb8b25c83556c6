import { Duration, Effect, Layer, Schedule } from "effect"
import { RunnerHealth, RunnerStorage } from "effect/cluster"
import { KubernetesFailed, KubernetesPods, type RunningPod } from "./KubernetesPods.ts"

/** In how many lists in a row a runner has to be missing, or unready, before it counts as gone. */
export const doubtsBeforeGone = 3

/** What is thought of the runners, by address. */
export interface Judgement {
  /** In how many lists in a row they were missing or unready. */
  readonly doubts: ReadonlyMap<string, number>
  /** Who counts as living. */
  readonly alive: ReadonlyMap<string, boolean>
}

/**
 * Judges runners by the pods that are listed; null where there is no list, or none that says anything. A ready runner
 * lives; one that was missing or unready often enough does not; the others keep their state.
 */
export const judge = (
  before: ReadonlyMap<string, number>,
  pods: ReadonlyArray<RunningPod> | null,
  runners: ReadonlyMap<string, boolean>
): Judgement => {
  if (pods === null) return { doubts: new Map(), alive: runners }
  const ready = new Set(pods.filter((pod) => pod.ready).map(({ address }) => address))
  const doubts = new Map(
    [...runners.keys()].filter((host) => !ready.has(host)).map((host) => [host, (before.get(host) ?? 0) + 1])
  )
  const alive = new Map(
    [...runners].map(([host, healthy]) => [
      host,
      ready.has(host) || (healthy && (doubts.get(host) ?? 0) < doubtsBeforeGone)
    ])
  )
  return { doubts, alive }
}

/** Why a list says nothing about the other runners, or null. */
export const unusable = (pods: ReadonlyArray<RunningPod>, self: string): string | null => {
  if (!pods.some(({ address }) => address === self)) return "this runner's own pod is not in the list"
  return pods.some(({ ready }) => ready) ? null : "not one pod is ready"
}

const stopsStart = ({ reason }: KubernetesFailed) => reason !== "unanswered"

/** Fails where the API refuses, or where this runner's pod is not listed in the time it has. */
const checkStart = (self: string, wait: Duration.Duration) =>
  Effect.gen(function* () {
    const { asked, list } = yield* KubernetesPods
    const missing = new KubernetesFailed({
      reason: "not-listed",
      why: `Kubernetes lists no running pod with the address ${self} (${asked}): check ALGA_EXTENSION_RUNNER_CLUSTER_KUBERNETES_SELECTOR and _NAMESPACE, and that ALGA_EXTENSION_RUNNER_CLUSTER_HOST is the pod's address`
    })
    yield* list.pipe(
      Effect.filterOrFail(
        (pods) => pods.some(({ address }) => address === self),
        () => missing
      ),
      Effect.retry({
        while: ({ reason }) => reason === "not-listed",
        schedule: Schedule.spaced("500 millis").pipe(Schedule.upTo({ duration: wait }))
      }),
      Effect.catchIf(
        (error) => !stopsStart(error),
        (error) =>
          Effect.logWarning(
            `Kubernetes does not answer yet, and does not judge runners until it does: ${error.message}`
          )
      )
    )
  })

/**
 * Runners live while Kubernetes says that their pods are ready. Who is missing from three lists in a row is gone. Where the
 * API does not answer, its list lacks this runner itself, or nobody is ready, every runner stays what it was.
 *
 * @param self - the address of this runner's pod
 * @param interval - the time between two lists; a start waits three of them for its own pod to be listed
 */
export const layer = (
  self: string,
  interval: Duration.Duration
): Layer.Layer<RunnerHealth.RunnerHealth, KubernetesFailed, KubernetesPods | RunnerStorage.RunnerStorage> =>
  Layer.effect(
    RunnerHealth.RunnerHealth,
    Effect.gen(function* () {
      const { list } = yield* KubernetesPods
      const storage = yield* RunnerStorage.RunnerStorage
      yield* checkStart(self, Duration.times(interval, doubtsBeforeGone))

      let doubts: Judgement["doubts"] = new Map()
      let trouble: string | null = null
      const note = (why: string | null) =>
        Effect.suspend(() => {
          if (why === trouble) return Effect.void
          trouble = why
          return why === null
            ? Effect.logInfo("Kubernetes says who is ready")
            : Effect.logWarning(`Kubernetes does not say who is ready, so runners keep their state: ${why}`)
        })
      const usable = list.pipe(
        Effect.map((pods) => [pods, unusable(pods, self)] as const),
        Effect.catch((error) => Effect.succeed([[], error.message] as const)),
        Effect.flatMap(([pods, why]) => Effect.as(note(why), why === null ? pods : null))
      )
      const scope = yield* Effect.scope
      const judging = Effect.gen(function* () {
        const pods = yield* usable
        const runners = yield* storage.getRunners
        const judgement = judge(doubts, pods, new Map(runners.map(([{ address }, healthy]) => [address.host, healthy])))
        doubts = judgement.doubts
        return judgement.alive
      })
      // A timer ends what is kept, and not its age by the clock, which may be set back.
      const kept: typeof judging = Effect.tap(judging, () =>
        Effect.forkIn(
          Effect.andThen(
            Effect.sleep(Duration.divideUnsafe(interval, 2)),
            Effect.suspend(() => forget)
          ),
          scope
        )
      )
      const [asked, forget] = yield* Effect.cachedInvalidateWithTTL(kept, Duration.infinity)
      const judged = Effect.onError(asked, () => forget)

      return RunnerHealth.RunnerHealth.of({
        isAlive: ({ host }) =>
          judged.pipe(
            Effect.map((alive) => alive.get(host) ?? true),
            Effect.orElseSucceed(() => true)
          )
      })
    })
  )
