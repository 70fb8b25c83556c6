import { tmpdir } from "node:os"
import { Sandbox } from "@alga-psa/ext-adapters-wit"
import { interruptEveryStep } from "@alga-psa/ext-domain/testing/interruptEveryStep"
import { assert, describe, it } from "@effect/vitest"
import { Context, Duration, Effect, Layer, Logger, Metric } from "effect"
import { BundleStore } from "../src/BundleStore.ts"
import { DatabaseCheck } from "../src/DatabaseCheck.ts"
import { endAt, start } from "../src/Deadline.ts"
import { observed } from "../src/internal/observe.ts"
import { Life, layer as layerLife } from "../src/Life.ts"
import { layer as layerReadiness, Readiness } from "../src/Readiness.ts"
import { counter } from "../testing/CountedWork.ts"

const silent = Effect.provide(Logger.layer([]))

describe("a report of readiness that is interrupted at every step", () => {
  // Its checks have two seconds, which do not pass here.
  it.effect("leaves no check under way, and the next is asked anew and answered", () =>
    Effect.gen(function* () {
      const { work, working } = counter()
      const parts = Layer.mergeAll(
        Layer.succeed(DatabaseCheck, { check: work }),
        Layer.mock(BundleStore, { check: work }),
        Layer.mock(Sandbox, { check: work }),
        layerLife
      )
      // A report is kept for a second: each run has one of its own.
      const report = Effect.scoped(
        Effect.flatMap(Layer.build(Layer.fresh(Layer.provide(layerReadiness(tmpdir()), parts))), (services) => {
          const { report: asked } = Context.get(services, Readiness)
          return Effect.onInterrupt(asked, () => Effect.map(asked, ({ status }) => assert.strictEqual(status, "ready")))
        })
      )
      const steps = yield* interruptEveryStep(report, () => Effect.sync(() => assert.strictEqual(working(), 0)))
      assert.isAbove(steps, 50)
    })
  )
})

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
    }).pipe(silent, Effect.provideService(Metric.MetricRegistry, new Map()))
  )

  it.live("is nothing that the end of a runner waits for", () =>
    Effect.gen(function* () {
      const life = Context.get(yield* Layer.build(layerLife), Life)
      const { work, working } = counter()
      const steps = yield* interruptEveryStep(life.admit(work), () =>
        Effect.sync(() => assert.strictEqual(working(), 0))
      )
      assert.isAbove(steps, 5)
      yield* Effect.timeout(life.stop({ delay: Duration.zero, grace: Duration.hours(1) }), "1 minute")
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
