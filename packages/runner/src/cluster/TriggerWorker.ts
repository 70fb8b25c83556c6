import { type Cause, Clock, Duration, Effect, FiberMap, Layer, Metric, Schedule } from "effect"
import { ShardId } from "effect/cluster"
import type { ExecuteRequest } from "../ExecuteRequest.ts"
import { Life } from "../Life.ts"
import { fail, type RunnerError, type RunnerErrorCode } from "../RunnerError.ts"
import { LocalExecution } from "./ClusteredExecution.ts"
import { shards, type TriggerOptions } from "./ClusterOptions.ts"
import { Membership } from "./Membership.ts"
import { TriggerBell } from "./TriggerBell.ts"
import { isOver, untilOver } from "./TriggerLease.ts"
import { type Settlement, type TakenTrigger, TriggerStore } from "./TriggerStore.ts"

/** Nothing ran: the attempt does not count. */
const postponing: ReadonlySet<RunnerErrorCode> = new Set([
  "overloaded",
  "rate_limited",
  "data_unavailable",
  "not_ready"
])

/** Another attempt may go better. */
const passing: ReadonlySet<RunnerErrorCode> = new Set(["execute_failed", "bundle_fetch_failed", "internal"])

const settled = Metric.counter("alga_extension_trigger_attempts_total", {
  description: "Attempts of kept triggers, by outcome: done, waiting for another attempt, dead, or given up",
  incremental: true
})

/** How long to wait after so many attempts. */
export const pauseAfter = (attempt: number, backoff: Duration.Duration): Duration.Duration =>
  Duration.times(backoff, 2 ** Math.min(attempt - 1, 6))

/** What becomes of a trigger whose attempt failed. */
export const afterFailure = (
  { code, message }: RunnerError,
  attempt: number,
  { attempts, backoff }: TriggerOptions
): Settlement => {
  if (postponing.has(code)) return { state: "waiting", reason: message, pause: backoff, counts: false }
  if (attempt >= attempts) return { state: "dead", reason: message }
  if (code === "shutting_down") return { state: "waiting", reason: message, pause: Duration.zero, counts: true }
  if (!passing.has(code)) return { state: "dead", reason: message }
  return { state: "waiting", reason: message, pause: pauseAfter(attempt, backoff), counts: true }
}

const looking = Duration.seconds(1)

const neverRan = { state: "waiting", pause: Duration.zero, counts: false } as const

/**
 * Carries out the triggers of the shards whose locks this runner holds. An attempt is its runner's for a lease that it
 * renews; where the lease cannot be renewed in time, the attempt is cut before another runner can begin the next.
 */
export const layer = (
  options: TriggerOptions,
  lease: Duration.Duration
): Layer.Layer<never, never, TriggerStore | TriggerBell | LocalExecution | Membership | Life> =>
  Layer.effectDiscard(
    Effect.gen(function* () {
      const store = yield* TriggerStore
      const bell = yield* TriggerBell
      const local = yield* LocalExecution
      const life = yield* Life
      const { address, left, sharding } = yield* Membership
      const runner = `${address.host}:${address.port}`
      const all = Array.from({ length: shards }, (_, index) => ShardId.make("default", index + 1))
      const underway = yield* FiberMap.make<string, void>()
      const working = () => Array.from(underway, ([id]) => id)

      const settle = (trigger: TakenTrigger, how: Settlement) =>
        store.settle(trigger, how).pipe(
          Effect.retry({ times: 3, schedule: Schedule.spaced("500 millis") }),
          Effect.andThen(Metric.update(Metric.withAttributes(settled, { outcome: how.state }), 1)),
          Effect.catch((error) => Effect.logError("the outcome of a trigger could not be kept", error))
        )

      const attempt = (trigger: TakenTrigger, request: ExecuteRequest, asked: bigint) =>
        Effect.uninterruptibleMask((restore) => {
          const { context } = request
          const ran = Effect.catchDefect(life.admit(local.run(request, trigger.id)), (defect) =>
            Effect.fail(fail("internal", "", defect))
          )
          return restore(
            Effect.raceFirst(Effect.result(ran), Effect.as(untilOver(store.renew(trigger, lease), lease, asked), null))
          ).pipe(
            Effect.onInterrupt(() =>
              settle(trigger, { state: "waiting", reason: "its runner stopped", pause: Duration.zero, counts: true })
            ),
            Effect.flatMap((result) => {
              if (result === null) {
                return Effect.andThen(
                  Metric.update(Metric.withAttributes(settled, { outcome: "given-up" }), 1),
                  Effect.logWarning("an attempt was cut: its lease could not be renewed")
                )
              }
              const how: Settlement =
                result._tag === "Success"
                  ? { state: "done", outcome: result.success }
                  : afterFailure(result.failure, trigger.attempt, options)
              const causes =
                result._tag === "Failure" && result.failure.cause !== undefined ? [result.failure.cause] : []
              return Effect.andThen(
                settle(trigger, how),
                Effect.logInfo("trigger", ...causes).pipe(
                  Effect.annotateLogs({ state: how.state, ...(how.state === "done" ? {} : { error: how.reason }) })
                )
              )
            }),
            Effect.annotateLogs({
              trigger: trigger.id,
              attempt: trigger.attempt,
              tenant: context.tenant_id,
              install: context.install_id
            })
          )
        })

      const look = Effect.gen(function* () {
        const room = options.concurrency - (yield* FiberMap.size(underway))
        const mine = all.filter((shard) => sharding.hasShardId(shard)).map(({ id }) => id)
        if (room <= 0 || mine.length === 0 || left() || !life.ready()) return
        const asked = yield* Clock.monotonicTimeNanos
        const taken = yield* store.take({
          runner,
          shards: mine,
          most: room,
          attempts: options.attempts,
          lease,
          underway: working()
        })
        for (const trigger of taken) {
          if (trigger.request === null) {
            yield* settle(trigger, { state: "dead", reason: "invalid_request: this version cannot read it" })
            continue
          }
          if (yield* isOver(lease, asked)) {
            yield* settle(trigger, { ...neverRan, reason: "the database was too slow for it to begin" })
            continue
          }
          const fiber = yield* FiberMap.run(underway, trigger.id, attempt(trigger, trigger.request, asked))
          fiber.addObserver(() => Effect.runSync(bell.ring))
        }
        if (taken.length === room) yield* bell.ring
      })
      const quietly = Effect.catchCause((cause: Cause.Cause<RunnerError>) =>
        Effect.logWarning("triggers could not be looked for", cause)
      )

      yield* Effect.raceFirst(bell.rung, Effect.sleep(looking)).pipe(
        Effect.andThen(quietly(look)),
        Effect.forever,
        Effect.forkScoped
      )
      yield* quietly(Effect.suspend(() => store.sweep(options.attempts, options.retention, working()))).pipe(
        Effect.repeat(Schedule.spaced(Duration.max(lease, Duration.seconds(5)))),
        Effect.forkScoped
      )
    })
  )
