import { noRights } from "@alga-psa/ext-domain"
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Duration, Effect, Layer, Schema } from "effect"
import { ShardId, Sharding } from "effect/cluster"
import { RunnerAddress } from "effect/cluster/RunnerAddress"
import { TestClock } from "effect/testing"
import { LocalExecution } from "../src/cluster/ClusteredExecution.ts"
import { Membership } from "../src/cluster/Membership.ts"
import { layer as triggerBell } from "../src/cluster/TriggerBell.ts"
import { type Settlement, TriggerStore } from "../src/cluster/TriggerStore.ts"
import { afterFailure, pauseAfter, layer as triggerWorker } from "../src/cluster/TriggerWorker.ts"
import { adminCase, executeBody } from "../src/demo/DemoCase.ts"
import { ExecuteRequest } from "../src/ExecuteRequest.ts"
import { layer as life } from "../src/Life.ts"
import { fail, type RunnerErrorCode, statusOf } from "../src/RunnerError.ts"

const options = {
  attempts: 3,
  backoff: Duration.seconds(10),
  expiry: Duration.hours(1),
  retention: Duration.days(1),
  concurrency: 1
}
const after = (code: RunnerErrorCode, attempt: number) => afterFailure(fail(code, "why"), attempt, options)

describe("a kept trigger whose attempt failed", () => {
  it("waits twice as long each time, up to 64 times the first pause", () => {
    const seconds = [1, 2, 3, 7, 8, 100].map((attempt) => Duration.toSeconds(pauseAfter(attempt, options.backoff)))
    assert.deepStrictEqual(seconds, [10, 20, 40, 640, 640, 640])
  })

  it("is tried again after a failure of the extension, and is dead after the last", () => {
    const again = after("execute_failed", 2)
    assert.deepStrictEqual(again, {
      state: "waiting",
      reason: "execute_failed: why",
      pause: Duration.seconds(20),
      counts: true
    })
    assert.deepStrictEqual(after("execute_failed", 3), { state: "dead", reason: "execute_failed: why" })
  })

  it("does not count an attempt that was refused before it ran, not even the last", () => {
    for (const code of ["overloaded", "rate_limited", "data_unavailable"] as const) {
      const again = after(code, 3)
      assert(again.state === "waiting")
      assert.isFalse(again.counts)
    }
  })

  it("begins at once elsewhere when its runner stops", () => {
    const again = after("shutting_down", 1)
    assert(again.state === "waiting")
    assert.deepStrictEqual([again.counts, Duration.toMillis(again.pause)], [true, 0])
  })

  it("is dead at once where no attempt can go better", () => {
    const hopeless = (Object.keys(statusOf) as ReadonlyArray<RunnerErrorCode>).filter(
      (code) => after(code, 1).state === "dead"
    )
    assert.includeMembers(hopeless, ["unknown_install", "install_disabled", "tenant_suspended", "invalid_request"])
    assert.notInclude(hopeless, "execute_failed")
  })
})

const request = Schema.decodeUnknownSync(ExecuteRequest)(
  executeBody({ ...adminCase, user: null, trigger: "schedule" }, "0".repeat(64))
)

/** A worker over this store and these executions. */
const worker = (
  store: Partial<TriggerStore["Service"]>,
  run: LocalExecution["Service"]["run"],
  concurrency: number
) => {
  const membership = Layer.effect(
    Membership,
    Effect.map(Sharding.Sharding, (sharding) => ({
      address: new RunnerAddress({ host: "10.0.0.1", port: 1 }),
      sharding,
      leave: Effect.void,
      left: () => false
    }))
  )
  const sharding = Layer.mock(Sharding.Sharding, {
    getShardId: (_, group) => ShardId.make(group, 1),
    hasShardId: () => true
  })
  return triggerWorker({ ...options, concurrency }, Duration.seconds(3)).pipe(
    Layer.provide([
      Layer.mock(TriggerStore, { renew: () => Effect.succeed(true), sweep: () => Effect.succeed([]), ...store }),
      Layer.mock(LocalExecution, { run }),
      triggerBell,
      life,
      Layer.provide(membership, sharding)
    ])
  )
}

const ended = { response: { status: 200, headers: {} }, used: noRights }

/** One trigger, given this long after it was asked for; what was run of it, and how it ended. */
const oneAnsweredAfter = Effect.fnUntraced(function* (delay: Duration.Duration) {
  const runs: Array<string> = []
  const settled: Array<Settlement> = []
  const given = [{ id: "a", run: "r", attempt: 1, request }]
  const store = {
    take: () =>
      Effect.delay(
        Effect.sync(() => given.splice(0)),
        delay
      ),
    settle: (_: unknown, how: Settlement) =>
      Effect.as(
        Effect.sync(() => settled.push(how)),
        []
      )
  }
  const run = (_: unknown, id: string) =>
    Effect.sync(() => {
      runs.push(id)
      return ended
    })
  yield* Layer.build(worker(store, run, 1))
  yield* TestClock.adjust("1 minute")
  return { runs, settled, states: settled.map((how) => [how.state, how.state === "waiting" ? how.counts : null]) }
})

describe("a trigger that was taken", () => {
  it.effect("is begun where the database answers well within its lease", () =>
    Effect.gen(function* () {
      const { runs, states } = yield* oneAnsweredAfter(Duration.millis(1_900))
      assert.deepStrictEqual([runs, states], [["a"], [["done", null]]])
    })
  )

  it.effect("ends with what its handler answered and the rights that it used", () =>
    Effect.gen(function* () {
      const { settled } = yield* oneAnsweredAfter(Duration.zero)
      assert.deepStrictEqual(settled, [{ state: "done", outcome: ended }])
    })
  )

  it.effect("is neither taken nor swept again while it is under way here, whatever the database's clock says", () =>
    Effect.gen(function* () {
      const given = [{ id: "a", run: "r", attempt: 1, request }]
      const taken: Array<ReadonlyArray<string>> = []
      const swept: Array<ReadonlyArray<string>> = []
      const end = yield* Deferred.make<void>()
      const store: Partial<TriggerStore["Service"]> = {
        take: ({ underway }) =>
          Effect.sync(() => {
            taken.push(underway)
            return given.splice(0)
          }),
        sweep: (_attempts, _retention, underway) =>
          Effect.as(
            Effect.sync(() => swept.push(underway)),
            []
          ),
        settle: () => Effect.succeed([])
      }
      yield* Layer.build(worker(store, () => Effect.as(Deferred.await(end), ended), 2))
      yield* TestClock.adjust("6 seconds")
      assert.deepStrictEqual([taken[0], taken.at(-1), swept.at(-1)], [[], ["a"], ["a"]])
      yield* Deferred.succeed(end, undefined)
      yield* TestClock.adjust("6 seconds")
      assert.deepStrictEqual([taken.at(-1), swept.at(-1)], [[], []])
    })
  )

  it.effect(
    "is not begun where the database answers so late that it may soon be another's, and that does not count",
    () =>
      Effect.gen(function* () {
        const { runs, states } = yield* oneAnsweredAfter(Duration.seconds(4))
        assert.deepStrictEqual([runs, states], [[], [["waiting", false]]])
      })
  )
})
