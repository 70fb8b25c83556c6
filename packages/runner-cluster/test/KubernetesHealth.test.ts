import { assert, describe, it } from "@effect/vitest"
import { Clock, Duration, Effect, Layer } from "effect"
import { RunnerHealth, RunnerStorage } from "effect/cluster"
import { RunnerAddress } from "effect/cluster/RunnerAddress"
import { TestClock } from "effect/testing"
import { doubtsBeforeGone, judge, layer, unusable } from "../src/KubernetesHealth.ts"
import { KubernetesPods, type RunningPod } from "../src/KubernetesPods.ts"

const pods = (ready: ReadonlyArray<string>, unready: ReadonlyArray<string> = []): ReadonlyArray<RunningPod> => [
  ...ready.map((address) => ({ address, ready: true })),
  ...unready.map((address) => ({ address, ready: false }))
]

/** What is thought of runner `b` after each of these lists, when it counts as living before the first, or does not. */
const thoughts = (lists: ReadonlyArray<ReadonlyArray<RunningPod> | null>, healthy = true) => {
  let doubts: ReadonlyMap<string, number> = new Map()
  let alive: ReadonlyMap<string, boolean> = new Map([
    ["a", true],
    ["b", healthy]
  ])
  return lists.map((list) => {
    const judgement = judge(doubts, list, alive)
    ;({ alive, doubts } = judgement)
    return alive.get("b")
  })
}

describe("runners by their pods", () => {
  it("are gone once they are missing from three lists in a row, and not before", () => {
    assert.strictEqual(doubtsBeforeGone, 3)
    assert.deepStrictEqual(thoughts([pods(["a"]), pods(["a"]), pods(["a"])]), [true, true, false])
    assert.deepStrictEqual(thoughts([pods(["a"]), pods(["a"]), pods(["a", "b"]), pods(["a"])]), [
      true,
      true,
      true,
      true
    ])
  })

  it("are gone where their pods stay unready, and back with the first list in which they are ready", () => {
    const unready = pods(["a"], ["b"])
    assert.deepStrictEqual(thoughts([unready, unready, unready, unready, pods(["a", "b"])]), [
      true,
      true,
      false,
      false,
      true
    ])
  })

  it("stay what they were while there is no list, whether they lived or not", () => {
    assert.deepStrictEqual(thoughts([pods(["a"]), pods(["a"]), null, pods(["a"]), null]), Array(5).fill(true))
    assert.deepStrictEqual(thoughts([null, null, pods(["a"])], false), [false, false, false])
  })

  it("are judged by no list that lacks the one who asks, or in which nobody is ready", () => {
    assert.isNull(unusable(pods(["a"], ["b"]), "a"))
    assert.isNull(unusable(pods(["b"], ["a"]), "a"))
    assert.strictEqual(unusable(pods(["b"]), "a"), "this runner's own pod is not in the list")
    assert.strictEqual(unusable([], "a"), "this runner's own pod is not in the list")
    assert.strictEqual(unusable(pods([], ["a", "b"]), "a"), "not one pod is ready")
  })

  it.effect("are listed again in time, though the time of day is set back", () =>
    Effect.gen(function* () {
      let lists = 0
      let setBy = 0
      const list = Effect.sync(() => {
        lists += 1
        return pods(["a"])
      })
      const clock = yield* Clock.Clock
      const set = { ...clock, currentTimeMillisUnsafe: () => clock.currentTimeMillisUnsafe() + setBy }
      const health = layer("a", Duration.seconds(10)).pipe(
        Layer.provide([Layer.succeed(KubernetesPods, { asked: "", list }), RunnerStorage.layerMemory])
      )
      yield* Effect.gen(function* () {
        const { isAlive } = yield* RunnerHealth.RunnerHealth
        const ask = isAlive(new RunnerAddress({ host: "a", port: 1 }))
        yield* Effect.andThen(ask, ask)
        const before = lists
        setBy = -86_400_000
        yield* Effect.andThen(TestClock.adjust("5 seconds"), ask)
        assert.strictEqual(lists, before + 1)
      }).pipe(Effect.provide(health), Effect.provideService(Clock.Clock, set))
    })
  )
})
