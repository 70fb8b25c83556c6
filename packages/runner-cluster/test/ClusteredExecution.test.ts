import { adminCase, executeBody } from "@alga-psa/ext-development-host/DemoCase"
import { endAt, LongestTime, left, start } from "@alga-psa/ext-runner/Deadline"
import { ExecuteRequest } from "@alga-psa/ext-runner/ExecuteRequest"
import { Execution } from "@alga-psa/ext-runner/Execution"
import { assert, describe, it } from "@effect/vitest"
import { Cause, Context, Effect, Fiber, Layer, Schema } from "effect"
import type { RunnerAddress } from "effect/cluster/RunnerAddress"
import { TestClock } from "effect/testing"
import * as ClusteredExecution from "../src/ClusteredExecution.ts"
import { ClusterPlaces } from "../src/ClusterLimits.ts"
import { NotTaken } from "../src/PeerRpcs.ts"
import { Lost, type Peer, Unreached } from "../src/Peers.ts"
import { directoryOf, membership, peersLike, runners } from "./support/clusterParts.ts"

const requestOf = (limits: object = {}) =>
  Schema.decodeUnknownSync(ExecuteRequest)({ ...executeBody(adminCase, "0".repeat(64)), limits })

interface Asked {
  readonly timeoutMs?: number
}

/** An execution whose owner, one of these runners, answers so; what it was asked, and how often it ran here. */
const clustered = Effect.fnUntraced(function* (
  answer: (asked: Asked) => Effect.Effect<unknown, unknown>,
  owners: ReadonlyArray<RunnerAddress> = runners.slice(0, 1),
  forgets = false
) {
  const asked: Array<Asked> = []
  const { layer: directory, out } = directoryOf(owners, forgets)
  let here = 0
  const Execute = (payload: Asked) =>
    Effect.suspend(() => {
      asked.push(payload)
      return answer(payload)
    })
  const local = Layer.mock(ClusteredExecution.LocalExecution, {
    run: () =>
      Effect.sync(() => {
        here += 1
        return { response: { status: 200, headers: {} }, used: null }
      })
  })
  const services = yield* Layer.build(
    ClusteredExecution.layer.pipe(
      Layer.provide([local, directory, membership, peersLike({ Execute } as unknown as Partial<Peer>)])
    )
  )
  const run = (limits: object = {}) =>
    Context.get(services, Execution)
      .run(requestOf(limits), "request-1")
      .pipe(Effect.match({ onSuccess: ({ response }) => String(response.status), onFailure: ({ message }) => message }))
  return { run, asked, out, ranHere: () => here }
})

describe("an execution that another runner carries out", () => {
  it.effect("is given the milliseconds that are left", () =>
    Effect.gen(function* () {
      const { asked, run } = yield* clustered(() => Effect.succeed({ status: 204, headers: {} }))
      const deadline = yield* start(5_000)
      yield* TestClock.adjust("2 seconds")
      assert.strictEqual(yield* endAt(deadline)(run()), "204")
      assert.strictEqual(yield* left(deadline), 3_000)
      assert.strictEqual(yield* Effect.provideService(run({ timeout_ms: 700 }), LongestTime, 20_000), "204")
      assert.deepStrictEqual(
        asked.map(({ timeoutMs }) => timeoutMs),
        [3_000, 700]
      )
    })
  )

  it.effect("is lost to its caller where that runner says nothing until the deadline", () =>
    Effect.gen(function* () {
      const { ranHere, run } = yield* clustered(() => Effect.uninterruptible(Effect.never))
      const fiber = yield* Effect.forkChild(run({ timeout_ms: 500 }))
      yield* TestClock.adjust(499)
      assert.isUndefined(fiber.pollUnsafe())
      yield* TestClock.adjust(100)
      assert.match(yield* Fiber.join(fiber), /^runner_lost: /)
      assert.strictEqual(ranHere(), 0)
    })
  )

  it.effect("is handed to no runner that was silent until the deadline three times, and answered nothing between", () =>
    Effect.gen(function* () {
      let silent = true
      const { out, run } = yield* clustered(() =>
        silent ? Effect.never : Effect.succeed({ status: 204, headers: {} })
      )
      const lose = (times: number) =>
        Effect.repeat(
          Effect.gen(function* () {
            const fiber = yield* Effect.forkChild(run({ timeout_ms: 500 }))
            yield* TestClock.adjust(700)
            assert.match(yield* Fiber.join(fiber), /^runner_lost: /)
          }),
          { times: times - 1 }
        )
      const leaves = yield* Effect.forkChild(run({ timeout_ms: 500 }))
      yield* TestClock.adjust(100)
      yield* Fiber.interrupt(leaves)
      yield* lose(2)
      silent = false
      assert.strictEqual(yield* run(), "204")
      silent = true
      yield* lose(2)
      assert.lengthOf(out, 0)
      yield* lose(1)
      assert.lengthOf(out, 1)
      assert.strictEqual(yield* run(), "200")
    })
  )

  it.effect("fails with what that runner says at the deadline, where it says it in time", () =>
    Effect.gen(function* () {
      const { run } = yield* clustered(({ timeoutMs = 0 }) =>
        Effect.delay(Effect.succeed({ status: 504, headers: {} }), timeoutMs + 10)
      )
      const fiber = yield* Effect.forkChild(run({ timeout_ms: 500 }))
      yield* TestClock.adjust(600)
      assert.strictEqual(yield* Fiber.join(fiber), "504")
    })
  )

  it.effect.each([
    ["is not reached", new Unreached({ cause: "" })],
    ["does not take it", new NotTaken()]
  ] as const)("goes to the next where one %s, to three at most, and then runs here", ([, error]) =>
    Effect.gen(function* () {
      for (const [owners, forgets, hops] of [
        [runners.slice(0, 2), false, 2],
        [runners, false, 3],
        [runners, true, 3]
      ] as const) {
        const { asked, ranHere, run } = yield* clustered(() => Effect.fail(error), owners, forgets)
        assert.strictEqual(yield* run(), "200")
        assert.deepStrictEqual([asked.length, ranHere()], [hops, 1])
      }
    })
  )

  it.effect("runs nowhere else where its runner was lost", () =>
    Effect.gen(function* () {
      const { asked, out, ranHere, run } = yield* clustered(() => Effect.fail(new Lost({ cause: "" })), runners)
      assert.match(yield* run(), /^runner_lost: /)
      assert.deepStrictEqual([asked.length, ranHere(), out.length], [1, 0, 1])
    })
  )
})

describe("an execution here", () => {
  it.effect("ends at its deadline where no place is to be had, and holds none then", () =>
    Effect.gen(function* () {
      let held = 0
      const places = Layer.mock(ClusterPlaces, {
        hold: () =>
          Effect.andThen(
            Effect.acquireRelease(
              Effect.sync(() => void held++),
              () => Effect.sync(() => void held--)
            ),
            Effect.never
          )
      })
      const ran = Layer.mock(Execution, { run: () => Effect.failCause(Cause.die("it ran")) })
      const services = yield* Layer.build(Layer.provide(ClusteredExecution.layerLocal, [places, ran]))
      const fiber = yield* Context.get(services, ClusteredExecution.LocalExecution)
        .run(requestOf({ timeout_ms: 100 }), "r")
        .pipe(Effect.flip, Effect.forkChild)
      yield* TestClock.adjust(100)
      const { cause, code } = yield* Fiber.join(fiber)
      assert.deepStrictEqual(
        [code, (cause as Error).message],
        ["overloaded", "100 ms were over while waiting for a place within the limits of the cluster"]
      )
      yield* Effect.yieldNow
      assert.strictEqual(held, 0)
    })
  )
})
