import { interruptEveryStep } from "@alga-psa/ext-domain/testing/interruptEveryStep"
import { assert, describe, it } from "@effect/vitest"
import { Context, Duration, Effect, Layer, Logger, Metric } from "effect"
import { endAt, start } from "../src/Deadline.ts"
import { observed } from "../src/internal/observe.ts"
import { Life, layer as layerLife } from "../src/Life.ts"
import { counter } from "../testing/CountedWork.ts"

const silent = Effect.provide(Logger.layer([]))

describe("an execution that is interrupted at every step", () => {
  it.live("is counted as under way no more", () =>
    Effect.gen(function* () {
      const { work } = counter()
      const inFlight = Metric.value(Metric.gauge("alga_extension_executions_in_flight"))
      const before = (yield* inFlight).value
      const steps = yield* interruptEveryStep(
        observed(work, () => ({})),
        () => Effect.map(inFlight, ({ value }) => assert.strictEqual(value, before))
      )
      assert.isAbove(steps, 20)
    }).pipe(silent)
  )

  it.live("is nothing that the end of a runner waits for", () =>
    Effect.gen(function* () {
      const life = Context.get(yield* Layer.build(layerLife), Life)
      const { work, working } = counter()
      const steps = yield* interruptEveryStep(life.admit(work), () =>
        Effect.sync(() => assert.strictEqual(working(), 0))
      )
      assert.isAbove(steps, 5)
      yield* Effect.timeout(life.stop({ delay: Duration.zero, grace: Duration.minutes(1) }), "5 seconds")
    }).pipe(silent)
  )

  it.live("leaves nothing that goes on behind its deadline", () =>
    Effect.gen(function* () {
      const { work, working } = counter()
      const deadline = yield* start(60_000)
      const steps = yield* interruptEveryStep(endAt(deadline)(work), () =>
        Effect.sync(() => assert.strictEqual(working(), 0))
      )
      assert.isAbove(steps, 10)
    })
  )
})
