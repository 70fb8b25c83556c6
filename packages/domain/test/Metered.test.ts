import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, type Metric } from "effect"
import { TestClock } from "effect/testing"
import { metered } from "../src/Metered.ts"
import { observed } from "./observed.ts"

const outcomes = (metrics: ReadonlyArray<Metric.Metric.Snapshot>) =>
  metrics.flatMap((it) => (it.type === "Counter" ? [[it.attributes?.["operation"], it.attributes?.["outcome"]]] : []))

describe("A metered call", () => {
  it.effect.each([
    [Effect.succeed("ok"), "ok"],
    [Effect.succeed("not-available"), "not-available"],
    [Effect.fail("broken"), "internal"],
    [Effect.die("broken"), "internal"],
    [Effect.interrupt, "interrupted"]
  ] as const)("is counted by its outcome (%#)", ([call, outcome]) =>
    Effect.gen(function* () {
      const { lines, metrics, spans } = yield* observed(metered("user.get-user", call, (result: string) => result))
      assert.deepEqual(outcomes(metrics), [["user.get-user", outcome]])
      assert.deepEqual([lines, spans], [[], []])
    })
  )

  it.effect("is timed in seconds, and gives what it gave", () =>
    Effect.gen(function* () {
      yield* TestClock.adjust("1 hour")
      const waiting = yield* Effect.forkChild(
        observed(metered("user.get-user", Effect.delay(Effect.succeed(7), "250 millis"), () => "ok"))
      )
      yield* TestClock.adjust("250 millis")
      const { exit, metrics } = yield* Fiber.join(waiting)
      assert(exit._tag === "Success")
      const sums = metrics.flatMap((it) => (it.type === "Histogram" ? [it.state.sum] : []))
      assert.deepEqual([exit.value, sums], [7, [0.25]])
    })
  )
})
