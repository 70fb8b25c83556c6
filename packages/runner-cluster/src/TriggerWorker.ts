import { atZero, BeforeWrite, labelled } from "@alga-psa/ext-domain"
import { steadyMillis } from "@alga-psa/ext-domain/SteadyTime"
import { type Deadline, endAt, LongestTime, lower, start, waitFor, withRan } from "@alga-psa/ext-runner/Deadline"
import type { ExecuteRequest } from "@alga-psa/ext-runner/ExecuteRequest"
import type { Outcome } from "@alga-psa/ext-runner/Execution"
import { Life } from "@alga-psa/ext-runner/Life"
import { requestIdOf } from "@alga-psa/ext-runner/RequestId"
import { fail, type RunnerError, type RunnerErrorCode } from "@alga-psa/ext-runner/RunnerError"
import { TriggerSecrets, withSecrets } from "@alga-psa/ext-runner/TriggerSecrets"
import { type Cause, Clock, Duration, Effect, FiberMap, Layer, Metric, Schedule } from "effect"
import { LocalExecution } from "./ClusteredExecution.ts"
import type { TriggerOptions } from "./ClusterOptions.ts"
import { shardsOf } from "./Installs.ts"
import { Membership } from "./Membership.ts"
import { TriggerBell } from "./TriggerBell.ts"
import { reportBacklog } from "./TriggerGauges.ts"
import { isOver, untilOver } from "./TriggerLease.ts"
import {
  type EndedTrigger,
  mostTold,
  type Settlement,
  type TakenTrigger,
  TriggerStore,
  writtenReason
} from "./TriggerStore.ts"
import { makeTriggerTurns } from "./TriggerTurns.ts"

/** Where nothing ran, the attempt does not count. */
const postponing: ReadonlySet<RunnerErrorCode> = new Set([
  "overloaded",
  "rate_limited",
  "data_unavailable",
  "not_ready"
])

/** Another attempt may go better. */
const passing: ReadonlySet<RunnerErrorCode> = new Set([
  "execute_failed",
  "secret_decrypt_failed",
  "bundle_fetch_failed",
  "internal"
])

const settled = labelled(
  (attributes) =>
    Metric.counter("alga_extension_trigger_attempts_total", {
      description: "Attempts of kept triggers, by outcome: done, waiting for another attempt, dead, or given up",
      incremental: true,
      attributes
    }),
  "outcome",
  ["done", "waiting", "dead", "given-up"]
)

const durations = Metric.histogram("alga_extension_trigger_attempt_duration_seconds", {
  description: "Duration of attempts of kept triggers in seconds",
  boundaries: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]
})

/** What has no other attempt, since another might write twice. */
const mayHaveWritten = (why: string): Settlement => ({ state: "dead", reason: `${writtenReason}: ${why}` })

/** Another runner may begin at once. */
const atOnce = (reason: string, counts: boolean): Settlement => ({
  state: "waiting",
  reason,
  pause: Duration.zero,
  counts
})

/** How long to wait after so many attempts. */
export const pauseAfter = (attempt: number, backoff: Duration.Duration): Duration.Duration =>
  Duration.times(backoff, 2 ** Math.min(attempt - 1, 6))

/** Each refusal in a row doubles the pause of its install, up to 8 times the first. */
const mostRefusals = 4

/**
 * What becomes of a trigger whose attempt failed. `refusals` were refused in a row before it ran, this one included. An
 * attempt that may have written is the last: another would write twice.
 */
export const afterFailure = (
  { code, message, ran, retryAfterMillis }: RunnerError,
  attempt: number,
  { attempts, backoff }: TriggerOptions,
  refusals = 1
): Settlement => {
  if (ran?.wrote === true) return mayHaveWritten(message)
  if (postponing.has(code) && ran === undefined) {
    const growing = pauseAfter(Math.min(refusals, mostRefusals), backoff)
    const pause = retryAfterMillis === undefined ? growing : Duration.millis(retryAfterMillis)
    return { state: "waiting", reason: message, pause, counts: false }
  }
  if (code === "shutting_down" && ran === undefined) return atOnce(message, false)
  if (attempt >= attempts) return { state: "dead", reason: message }
  if (code === "shutting_down") return atOnce(message, true)
  if (!passing.has(code) && !postponing.has(code)) return { state: "dead", reason: message }
  return { state: "waiting", reason: message, pause: pauseAfter(attempt, backoff), counts: true }
}

/**
 * What becomes of a trigger whose handler answered. A status of 5xx is a failed attempt. So is any answer of a handler that could
 * not read its data, as long as it wrote nothing and has an attempt left.
 */
export const afterAnswer = (outcome: Outcome, attempt: number, { attempts, backoff }: TriggerOptions): Settlement => {
  const { response, used } = outcome
  const again = (reason: string): Settlement => {
    return { state: "waiting", reason, pause: pauseAfter(attempt, backoff), counts: true }
  }
  const isLast = attempt >= attempts
  if (response.status < 500) {
    const isWhole = used?.unread !== true || used.wrote === true
    return isWhole || isLast ? { state: "done", outcome } : again("data_unavailable: a read of the handler failed")
  }
  const reason = `the handler answered ${response.status}`
  if (used?.wrote === true) return mayHaveWritten(reason)
  return isLast ? { state: "dead", reason } : again(reason)
}

/** What becomes of a trigger whose attempt is cut as its runner stops. */
const stopped = ({ ran }: Deadline): Effect.Effect<Settlement> => {
  const reason = "its runner stopped"
  if (ran === null) return Effect.succeed(atOnce(reason, false))
  return Effect.map(ran, ({ wrote }) => (wrote === true ? mayHaveWritten(reason) : atOnce(reason, true)))
}

/** The id of the request that was accepted; one that an earlier version kept has none but its own. */
const requestIdFor = (id: string, { context }: ExecuteRequest): string => requestIdOf(context.request_id, id)

const looking = Duration.seconds(1)

/** A trigger that ended without an attempt on this runner. */
const logEnded = ({ id: triggerId, reason: error, requestId, ...ended }: EndedTrigger) =>
  Effect.annotateLogs(Effect.logWarning("trigger"), { triggerId, requestId: requestId ?? triggerId, error, ...ended })

const tooLate = {
  state: "waiting",
  reason: "the database was too slow for it to begin",
  pause: looking,
  counts: false
} as const

/**
 * Carries out the triggers of the shards whose locks this runner holds. An attempt is its runner's for a lease that it
 * renews; where the lease cannot be renewed in time, the attempt is cut before another runner can begin the next. It has a
 * deadline of its own. No install has more than half of the slots, no tenant more than three quarters; an install whose
 * attempt was refused before it ran is left alone for a while.
 */
export const layer = (
  options: TriggerOptions,
  lease: Duration.Duration
): Layer.Layer<never, never, TriggerStore | TriggerBell | LocalExecution | Membership | Life> =>
  Layer.effectDiscard(
    Effect.gen(function* () {
      yield* atZero([...settled.all, durations])
      yield* reportBacklog({ waiting: 0, running: 0, dead: 0, oldest: 0 })
      const store = yield* TriggerStore
      const bell = yield* TriggerBell
      const local = yield* LocalExecution
      const life = yield* Life
      const { address, left, sharding } = yield* Membership
      const runner = `${address.host}:${address.port}`
      const underway = yield* FiberMap.make<string, void>()
      const working = () => Array.from(underway, ([id]) => id)
      const turns = makeTriggerTurns(options.concurrency)
      const longest = yield* LongestTime
      const secrets = yield* TriggerSecrets

      const settle = (trigger: TakenTrigger, how: Settlement) =>
        store.settle(trigger, how).pipe(
          Effect.retry({ times: 3, schedule: Schedule.spaced("500 millis") }),
          Effect.andThen(Metric.update(settled.of(how.state), 1)),
          Effect.catch((error) => Effect.logError("the outcome of a trigger could not be kept", error))
        )

      /** What became of an attempt; null where its lease was lost. */
      const carryOut = (trigger: TakenTrigger, request: ExecuteRequest, asked: bigint, deadline: Deadline) => {
        const begin = Effect.asVoid(store.begin(trigger, runner))
        const running = Effect.flatMap(waitFor("secrets")(withSecrets(secrets, request)), (whole) =>
          local.run(whole, requestIdFor(trigger.id, request), begin)
        ).pipe(Effect.provideService(BeforeWrite, store.writing(trigger)))
        const ran = Effect.catchDefect(life.admit(running), (defect) =>
          withRan(deadline, fail("internal", "", defect))
        ).pipe(endAt(deadline))
        return Effect.raceFirst(
          Effect.result(ran),
          Effect.as(untilOver(store.renew(trigger, lease), lease, asked), null)
        )
      }

      const attempt = (trigger: TakenTrigger, request: ExecuteRequest, asked: bigint) =>
        Effect.uninterruptibleMask((restore) => {
          let restUntil: number | null = null
          turns.begin(trigger)
          return Effect.flatMap(start(longest), (taken) => {
            const deadline = lower(taken, request.limits?.timeout_ms)
            return restore(carryOut(trigger, request, asked, deadline)).pipe(
              Effect.onInterrupt(() => Effect.flatMap(stopped(deadline), (how) => settle(trigger, how)))
            )
          }).pipe(
            Effect.flatMap((result) => {
              if (result === null) {
                return Effect.andThen(
                  Metric.update(settled.of("given-up"), 1),
                  Effect.logWarning("an attempt was cut: its lease could not be renewed")
                )
              }
              const how: Settlement =
                result._tag === "Success"
                  ? afterAnswer(result.success, trigger.attempt, options)
                  : afterFailure(result.failure, trigger.attempt, options, turns.refusals(trigger) + 1)
              const causes =
                result._tag === "Failure" && result.failure.cause !== undefined ? [result.failure.cause] : []
              const rest = Effect.map(steadyMillis, (now) => {
                if (how.state === "waiting" && !how.counts) restUntil = now + Duration.toMillis(how.pause)
              })
              return Effect.andThen(
                Effect.andThen(rest, settle(trigger, how)),
                Effect.logWithLevel(how.state === "dead" ? "Warn" : "Info")("trigger", ...causes).pipe(
                  Effect.annotateLogs({ state: how.state, ...(how.state === "done" ? {} : { error: how.reason }) })
                )
              )
            }),
            Effect.ensuring(Effect.sync(() => turns.end(trigger, restUntil))),
            Effect.trackDuration(durations, Duration.toSeconds),
            Effect.annotateLogs({
              triggerId: trigger.id,
              requestId: requestIdFor(trigger.id, request),
              attempt: trigger.attempt,
              tenant: request.context.tenant_id,
              extension: request.context.extension_id,
              install: request.context.install_id
            })
          )
        })

      const begin = Effect.fnUntraced(function* (trigger: TakenTrigger, asked: bigint) {
        if (trigger.request === null) {
          const reason = "invalid_request: this version cannot read it"
          const { id, install, tenant } = trigger
          yield* logEnded({ id, install, tenant, requestId: null, state: "dead", reason })
          return yield* settle(trigger, { state: "dead", reason })
        }
        if (yield* isOver(lease, asked)) return yield* settle(trigger, tooLate)
        const fiber = yield* FiberMap.run(underway, trigger.id, attempt(trigger, trigger.request, asked))
        fiber.addObserver(() => Effect.runSync(bell.ring))
      })

      // What was taken is begun, also where the runner stops in between. What it stops from arriving is free after its lease.
      const takeOne = Effect.uninterruptibleMask((restore) =>
        Effect.gen(function* () {
          const mine = shardsOf(sharding)
          const isFull = (yield* FiberMap.size(underway)) >= options.concurrency
          if (isFull || mine.length === 0 || left() || !life.ready()) return false
          const asked = yield* Clock.monotonicTimeNanos
          const passed = turns.passed(yield* steadyMillis)
          const taken = yield* restore(
            store.take({ shards: mine, most: 1, attempts: options.attempts, lease, passed, underway: working() })
          )
          for (const trigger of taken) yield* begin(trigger, asked)
          return taken.length > 0
        })
      )
      const look = Effect.repeat(takeOne, { while: (took) => took })
      const quietly = Effect.catchCause((cause: Cause.Cause<RunnerError>) =>
        Effect.logWarning("due triggers could not be read", cause)
      )

      yield* Effect.raceFirst(bell.rung, Effect.sleep(looking)).pipe(
        Effect.andThen(quietly(look)),
        Effect.forever,
        Effect.forkScoped
      )
      const sweep = Effect.gen(function* () {
        let logged = 0
        let unlogged = 0
        const part = Effect.gen(function* () {
          const { all, ended, isPart } = yield* store.sweep({
            shards: shardsOf(sharding),
            attempts: options.attempts,
            retention: options.retention,
            underway: working()
          })
          const some = ended.slice(0, mostTold - logged)
          yield* Effect.forEach(some, logEnded, { discard: true })
          logged += some.length
          unlogged += all - some.length
          return isPart
        })
        yield* Effect.repeat(part, { while: (isPart) => isPart })
        if (unlogged > 0) yield* Effect.logWarning(`${unlogged} more triggers ended without an answer`)
      })
      const report = Effect.flatMap(
        Effect.suspend(() => store.backlog(shardsOf(sharding))),
        reportBacklog
      )
      yield* quietly(Effect.andThen(sweep, report)).pipe(
        Effect.repeat(Schedule.spaced(Duration.max(lease, Duration.seconds(5)))),
        Effect.forkScoped
      )
    })
  )
