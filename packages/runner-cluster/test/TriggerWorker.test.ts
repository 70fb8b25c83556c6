import { defaultLimits } from "@alga-psa/ext-adapters-wit"
import { adminCase, executeBody } from "@alga-psa/ext-development-host/DemoCase"
import { BeforeWrite, noRights, type UsedRights } from "@alga-psa/ext-domain"
import { Deadline } from "@alga-psa/ext-runner/Deadline"
import { ExecuteRequest } from "@alga-psa/ext-runner/ExecuteRequest"
import { Life, layer as life } from "@alga-psa/ext-runner/Life"
import { afterRun, fail, RunnerError, type RunnerErrorCode, statusOf } from "@alga-psa/ext-runner/RunnerError"
import { type ReadSecrets, TriggerSecrets } from "@alga-psa/ext-runner/TriggerSecrets"
import { assert, describe, it } from "@effect/vitest"
import { Context, Deferred, Duration, Effect, Layer, Logger, Metric, Redacted, Schema } from "effect"
import { TestClock } from "effect/testing"
import { LocalExecution } from "../src/ClusteredExecution.ts"
import { layer as triggerBell } from "../src/TriggerBell.ts"
import { type EndedTrigger, mostTold, type Settlement, type TakenTrigger, TriggerStore } from "../src/TriggerStore.ts"
import { afterAnswer, afterFailure, pauseAfter, layer as triggerWorker } from "../src/TriggerWorker.ts"
import { membership } from "./support/clusterParts.ts"

const options = {
  attempts: 3,
  backoff: Duration.seconds(10),
  expiry: Duration.hours(1),
  retention: Duration.days(1),
  concurrency: 1
}
const wrote: UsedRights = { ...noRights, wrote: true }
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

  it("is not tried again where the attempt wrote: a second would write twice", () => {
    const codes = ["execute_failed", "internal", "shutting_down", "data_unavailable"] as const
    for (const code of codes) {
      const ended = (rights: UsedRights) => afterFailure(afterRun(fail(code, "why"), rights), 1, options)
      assert.deepStrictEqual(ended(wrote), { state: "dead", reason: `may-have-written: ${code}: why` })
      assert.strictEqual(ended(noRights).state, "waiting")
    }
  })

  it("does not count an attempt that was refused before it ran, not even the last", () => {
    for (const code of ["overloaded", "rate_limited", "data_unavailable"] as const) {
      const again = after(code, 3)
      assert(again.state === "waiting")
      assert.isFalse(again.counts)
    }
  })

  it("counts one whose handler ran, whatever became of it", () => {
    for (const code of ["overloaded", "data_unavailable"] as const) {
      const again = (attempt: number) => afterFailure(afterRun(fail(code, "why"), noRights), attempt, options)
      assert.deepInclude(again(1), { state: "waiting", counts: true })
      assert.strictEqual(again(3).state, "dead")
    }
  })

  it("leaves its install alone for twice as long after each refusal in a row, or for as long as the limit says", () => {
    const pause = (refusals: number, retryAfterMillis?: number) => {
      const again = afterFailure(
        new RunnerError({ code: "rate_limited", detail: "", retryAfterMillis }),
        1,
        options,
        refusals
      )
      return again.state === "waiting" ? Duration.toSeconds(again.pause) : null
    }
    assert.deepStrictEqual([pause(1), pause(2), pause(3), pause(4), pause(99)], [10, 20, 40, 80, 80])
    assert.deepStrictEqual([pause(1, 2_500), pause(99, 2_500)], [2.5, 2.5])
  })

  it("begins at once elsewhere when its runner stops, and does not count where it had not run", () => {
    const stopped = fail("shutting_down", "why")
    const again = { state: "waiting", reason: stopped.message, pause: Duration.zero } as const
    assert.deepStrictEqual(afterFailure(afterRun(stopped, noRights), 1, options), { ...again, counts: true })
    for (const attempt of [1, options.attempts]) {
      assert.deepStrictEqual(afterFailure(stopped, attempt, options), { ...again, counts: false })
    }
  })

  it("is dead at once where no attempt can go better", () => {
    const hopeless = (Object.keys(statusOf) as ReadonlyArray<RunnerErrorCode>).filter(
      (code) => after(code, 1).state === "dead"
    )
    assert.includeMembers(hopeless, ["unknown_install", "install_disabled", "tenant_suspended", "invalid_request"])
    assert.notInclude(hopeless, "execute_failed")
  })
})

describe("a kept trigger whose handler answered", () => {
  const answered = (status: number, attempt: number, used: UsedRights | null = noRights) =>
    afterAnswer({ response: { status, headers: {} }, used }, attempt, options)

  it("is done with any status below 500, and tried again with one of 5xx until no attempt is left", () => {
    for (const status of [200, 302, 404, 429, 499]) assert.strictEqual(answered(status, 1).state, "done")
    for (const status of [500, 502, 503, 599]) {
      const reason = `the handler answered ${status}`
      assert.deepStrictEqual(answered(status, 2, null), {
        state: "waiting",
        reason,
        pause: Duration.seconds(20),
        counts: true
      })
      assert.deepStrictEqual(answered(status, 3), { state: "dead", reason })
    }
  })

  it("is dead with the first 5xx where it may have written, and done with any other status", () => {
    const reason = "may-have-written: the handler answered 500"
    assert.deepStrictEqual(answered(500, 1, wrote), { state: "dead", reason })
    assert.strictEqual(answered(400, 1, wrote).state, "done")
  })

  it("is tried again where its handler could not read, whatever it answered, but not where it wrote or has no attempt", () => {
    const unread = { ...noRights, unread: true }
    const again = answered(200, 1, unread)
    assert(again.state === "waiting")
    assert.deepStrictEqual([again.reason, again.counts], ["data_unavailable: a read of the handler failed", true])
    assert.strictEqual(answered(200, 3, unread).state, "done")
    assert.strictEqual(answered(200, 1, { ...unread, wrote: true }).state, "done")
  })
})

const request = Schema.decodeUnknownSync(ExecuteRequest)(
  executeBody({ ...adminCase, user: null, trigger: "schedule" }, "0".repeat(64))
)

const waitingOf = (tenant: string, install: string, count: number) =>
  Array.from(
    { length: count },
    (_, index): TakenTrigger => ({
      id: `${install}${index}`,
      tenant,
      install,
      run: `${install}${index}`,
      attempt: 1,
      request
    })
  )

const outcome = { response: { status: 200, headers: {} }, used: noRights }

/** A trigger that ends in a sweep. */
const lost: EndedTrigger = {
  id: "a0",
  tenant: adminCase.tenant,
  install: adminCase.install,
  requestId: null,
  state: "dead",
  reason: "its runner was lost, and no attempt is left"
}

/** What is logged where a test says so. */
const messages: Array<string> = []

/** A worker over triggers that wait, in their order, and what it does with them. */
const working = Effect.fnUntraced(function* (
  waiting: ReadonlyArray<TakenTrigger>,
  run: (id: string, begin: Effect.Effect<void, RunnerError>) => Effect.Effect<void, RunnerError>,
  change: {
    readonly concurrency?: number
    readonly takes?: Duration.Input
    readonly parts?: ReadonlyArray<number>
  } = {}
) {
  let left = waiting
  let takes = 0
  const began: Array<string> = []
  const writing: Array<string> = []
  const taken: Array<ReadonlyArray<string>> = []
  const swept: Array<ReadonlyArray<string>> = []
  const settled: Array<readonly [id: string, how: Settlement]> = []
  const store = Layer.mock(TriggerStore, {
    take: ({ most, passed = { installs: [], tenants: [] }, underway }) =>
      Effect.delay(
        Effect.sync(() => {
          takes += 1
          taken.push(underway)
          const given = left
            .filter(({ install, tenant }) => !passed.installs.includes(install) && !passed.tenants.includes(tenant))
            .slice(0, most)
          left = left.filter((trigger) => !given.includes(trigger))
          return [...given]
        }),
        change.takes ?? 0
      ),
    begin: ({ id }) =>
      Effect.sync(() => {
        began.push(id)
        return []
      }),
    renew: () => Effect.succeed(true),
    writing: ({ run }) => Effect.sync(() => void writing.push(run)),
    settle: ({ id }, how) =>
      Effect.sync(() => {
        settled.push([id, how])
        const again = waiting.find((trigger) => trigger.id === id)
        if (how.state === "waiting" && again !== undefined) left = [again, ...left]
        return []
      }),
    backlog: (shards) => Effect.succeed({ waiting: shards.length, running: 1, dead: 2, oldest: 3.5 }),
    sweep: ({ underway }) =>
      Effect.sync(() => {
        swept.push(underway)
        const { parts = [0] } = change
        const all = parts[swept.length - 1] ?? 0
        return {
          ended: Array<EndedTrigger>(Math.min(all, mostTold)).fill(lost),
          all,
          isPart: swept.length < parts.length
        }
      })
  })
  const runs: Array<string> = []
  const envelopes: Array<unknown> = []
  const local = Layer.mock(LocalExecution, {
    run: ({ secret_envelope }, id, begin = Effect.void) =>
      Effect.suspend(() => {
        runs.push(id)
        envelopes.push(secret_envelope ? Redacted.value(secret_envelope) : null)
        return Effect.as(run(id, begin), outcome)
      })
  })
  const built = yield* Layer.build(
    triggerWorker({ ...options, concurrency: change.concurrency ?? 1 }, Duration.seconds(3)).pipe(
      Layer.provide([store, local, triggerBell, membership]),
      Layer.provideMerge(life)
    )
  )
  const { stop } = Context.get(built, Life)
  return { stop, runs, envelopes, began, writing, settled, taken, swept, takes: () => takes }
})

describe("a trigger that was taken", () => {
  const one = waitingOf("t", "a", 1)
  const states = (settled: ReadonlyArray<readonly [string, Settlement]>) =>
    settled.map(([, how]) => [how.state, how.state === "waiting" ? how.counts : null])

  it.effect("has the id of the request that was accepted, or its own where that is fit for no log", () =>
    Effect.gen(function* () {
      const named = (request_id: string) =>
        one.map((trigger) => ({ ...trigger, request: { ...request, context: { ...request.context, request_id } } }))
      for (const [given, expected] of [
        ["from-the-gateway", "from-the-gateway"],
        ["a\r\nx: y", "a0"],
        ["x".repeat(201), "a0"]
      ] as const) {
        const { runs } = yield* working(named(given), () => Effect.void)
        yield* TestClock.adjust("2 seconds")
        assert.deepStrictEqual(runs, [expected])
      }
    })
  )

  it.effect("is begun where the database answers well within its lease", () =>
    Effect.gen(function* () {
      const { runs, settled } = yield* working(one, () => Effect.void, { takes: "1900 millis" })
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual([runs, states(settled)], [["a0"], [["done", null]]])
    })
  )

  it.effect(
    "is not begun where the database answers so late that it may soon be another's, and that does not count",
    () =>
      Effect.gen(function* () {
        const { runs, settled } = yield* working(one, () => Effect.void, { takes: "4 seconds" })
        yield* TestClock.adjust("5 seconds")
        assert.deepStrictEqual([runs, states(settled)], [[], [["waiting", false]]])
      })
  )

  it.effect.each([
    ["had not run", null, [["waiting", false]]],
    ["wrote nothing", noRights, [["waiting", true]]],
    ["wrote something", wrote, [["dead", null]]]
  ] as const)("that %s when its runner stopped is tried again only where it can do no harm", ([, rights, how]) =>
    Effect.gen(function* () {
      const runs = Effect.flatMap(Deadline, (deadline) => {
        if (deadline !== null) deadline.ran = rights === null ? null : Effect.succeed(rights)
        return Effect.never
      })
      const { settled } = yield* Effect.scoped(
        Effect.tap(
          working(one, () => runs),
          () => TestClock.adjust("1 second")
        )
      )
      assert.deepStrictEqual(states(settled), how as unknown)
    })
  )

  it.effect.each([
    ["that wrote nothing", "is cut as its runner's time is over", noRights, Effect.never, [["waiting", true]]],
    ["that wrote something", "is cut as its runner's time is over", wrote, Effect.never, [["dead", null]]],
    ["that wrote nothing", "ends in a fault of the host", noRights, Effect.die("a fault"), [["waiting", true]]],
    ["that wrote something", "ends in a fault of the host", wrote, Effect.die("a fault"), [["dead", null]]]
  ] as const)("%s and %s is tried again only where it can do no harm", ([, , rights, ending, how]) =>
    Effect.gen(function* () {
      const runs = Effect.flatMap(Deadline, (deadline) => {
        if (deadline !== null) deadline.ran = Effect.succeed(rights)
        return ending
      })
      const { settled, stop } = yield* working(one, () => runs)
      yield* TestClock.adjust("1 second")
      yield* Effect.forkChild(stop({ delay: Duration.zero, grace: Duration.seconds(1) }), { startImmediately: true })
      yield* TestClock.adjust("2 seconds")
      assert.deepStrictEqual(states(settled.slice(0, 1)), how as unknown)
    })
  )

  it.effect("ends with what its handler answered and the rights that it used", () =>
    Effect.gen(function* () {
      const { settled } = yield* working(one, () => Effect.void)
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(settled, [["a0", { state: "done", outcome }]])
    })
  )

  it.effect("is noted as one that may have written before its first write", () =>
    Effect.gen(function* () {
      const { settled, writing } = yield* working(one, () => Effect.orDie(Effect.flatten(BeforeWrite)))
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual([writing, states(settled)], [["a0"], [["done", null]]])
    })
  )

  it.effect("has its install's secrets as they are when an attempt begins, where the deployment reads them", () =>
    Effect.gen(function* () {
      let reads = 0
      const read: ReadSecrets = (tenant, install) =>
        Effect.sync(() => {
          reads += 1
          assert.deepStrictEqual([tenant, install], [request.context.tenant_id, request.context.install_id])
          return Redacted.make({ ciphertext_b64: `sealed ${reads}` })
        })
      let left = 1
      const run = () => (left-- > 0 ? Effect.fail(fail("execute_failed")) : Effect.void)
      const { envelopes } = yield* working(one, run).pipe(Effect.provideService(TriggerSecrets, read))
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(envelopes, [{ ciphertext_b64: "sealed 1" }, { ciphertext_b64: "sealed 2" }])
      const bare = yield* working(one, () => Effect.void)
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(bare.envelopes, [null])
    })
  )

  it.effect("waits, and does not count, where its install's secrets cannot be read", () =>
    Effect.gen(function* () {
      const read: ReadSecrets = () => Effect.fail(fail("data_unavailable"))
      const { began, runs, settled } = yield* working(one, () => Effect.void).pipe(
        Effect.provideService(TriggerSecrets, read)
      )
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual([began, runs, states(settled).slice(0, 1)], [[], [], [["waiting", false]]])
    })
  )

  it.effect("is neither taken nor swept again while it is under way here, whatever the database's clock says", () =>
    Effect.gen(function* () {
      const end = yield* Deferred.make<void>()
      const { swept, taken } = yield* working(one, () => Deferred.await(end), { concurrency: 2 })
      yield* TestClock.adjust("6 seconds")
      assert.deepStrictEqual([taken[0], taken.at(-1), swept.at(-1)], [[], ["a0"], ["a0"]])
      yield* Deferred.succeed(end, undefined)
      yield* TestClock.adjust("6 seconds")
      assert.deepStrictEqual([taken.at(-1), swept.at(-1)], [[], []])
    })
  )

  it.effect(
    "is swept with all that ended, in as many parts as it takes, of which the log has no more lines than of one",
    () =>
      Effect.gen(function* () {
        const { swept } = yield* working([], () => Effect.void, { parts: [60, 1_000, 5] })
        yield* TestClock.adjust("1 second")
        assert.lengthOf(swept, 3)
        const lines = messages.filter((message) => message === "trigger")
        assert.deepStrictEqual([lines.length, messages.at(-1)], [mostTold, "965 more triggers ended without an answer"])
      }).pipe(Effect.provide(Logger.layer([Logger.make(({ message }) => void messages.push(String(message)))])))
  )

  it.effect("has a deadline of its own, from its attempt on, also where it cannot be interrupted", () =>
    Effect.gen(function* () {
      const { settled } = yield* working(one, () => Effect.uninterruptible(Effect.never), { takes: "1 second" })
      yield* TestClock.adjust(2_000 + defaultLimits.timeoutMs - 1)
      assert.deepStrictEqual(settled, [])
      yield* TestClock.adjust(100)
      assert.deepStrictEqual(states(settled), [["waiting", false]])
    })
  )
})

describe("what a runner says of its triggers", () => {
  it.effect("is how many there are on its shards, how long the oldest waits, and how long attempts take", () =>
    Effect.gen(function* () {
      yield* working(waitingOf("t", "a", 1), () => Effect.void)
      yield* TestClock.adjust("1 second")
      const snapshot = yield* Metric.snapshot
      const value = (id: string, state?: string) =>
        snapshot.find((one) => one.id === id && (state === undefined || one.attributes?.["state"] === state))?.state
      const states = ["waiting", "running", "dead"].map((state) => value("alga_extension_triggers", state))
      assert.deepStrictEqual(states, [{ value: 300 }, { value: 1 }, { value: 2 }] as never)
      assert.deepStrictEqual(value("alga_extension_trigger_oldest_due_seconds"), { value: 3.5 } as never)
      assert.strictEqual((value("alga_extension_trigger_attempt_duration_seconds") as { count: number }).count, 1)
    }).pipe(Effect.provideService(Metric.MetricRegistry, new Map()))
  )
})

describe("the slots of a runner", () => {
  it.effect("go by half to one install at most, and by three quarters to one tenant", () =>
    Effect.gen(function* () {
      const waiting = [...waitingOf("acme", "a", 40), ...waitingOf("acme", "b", 40), ...waitingOf("borealis", "c", 1)]
      const { runs } = yield* working(waiting, () => Effect.never, { concurrency: 4 })
      yield* TestClock.adjust("2 seconds")
      assert.deepStrictEqual(runs, ["a0", "a1", "b0", "c0"])
    })
  )

  it.effect("are all of an install's own where there is one alone", () =>
    Effect.gen(function* () {
      const { runs } = yield* working(waitingOf("acme", "a", 3), () => Effect.void, { concurrency: 1 })
      yield* TestClock.adjust("5 seconds")
      assert.deepStrictEqual(runs, ["a0", "a1", "a2"])
    })
  )

  it.effect("are not taken again and again by an install at its limit, which begins nothing and holds up nobody", () =>
    Effect.gen(function* () {
      const waiting = [...waitingOf("acme", "a", 300), ...waitingOf("borealis", "b", 3)]
      const atLimit = (id: string, begin: Effect.Effect<void, RunnerError>) =>
        id.startsWith("a") ? Effect.fail(fail("rate_limited", "why")) : begin
      const { began, runs, takes } = yield* working(waiting, atLimit, { concurrency: 4 })
      yield* TestClock.adjust("2 seconds")
      assert.deepStrictEqual(began, ["b0", "b1", "b2"])
      yield* TestClock.adjust("10 minutes")
      const probes = runs.filter((id) => id.startsWith("a")).length
      // A pause of 10, 20, 40 and then 80 seconds each.
      assert.isAtLeast(probes, 8)
      assert.isAtMost(probes, 14)
      assert.deepStrictEqual(began, ["b0", "b1", "b2"])
      assert.isAtMost(takes(), 700)
    })
  )

  it.effect("are given to an install again as soon as its limit is known to have room", () =>
    Effect.gen(function* () {
      let open = false
      const soon = new RunnerError({ code: "rate_limited", detail: "why", retryAfterMillis: 1_500 })
      const { began, runs } = yield* working(waitingOf("acme", "a", 2), (_, begin) =>
        Effect.suspend(() => (open ? begin : Effect.fail(soon)))
      )
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual([began, runs.length], [[], 1])
      open = true
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(began, [])
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(began, ["a0", "a1"])
    })
  )
})
