import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Metric } from "effect"
import { atZero, labelled } from "../src/Labelled.ts"
import { meteredAtZero } from "../src/Metered.ts"
import { observed } from "./observed.ts"
import { guardedReads } from "./ports.ts"

const series = (snapshots: ReadonlyArray<Metric.Metric.Snapshot>, id: string) =>
  snapshots.flatMap(({ attributes, id: of, state }) =>
    of === id ? [`${Object.values(attributes ?? {}).join(" ")} ${"count" in state ? state.count : ""}`] : []
  )

describe("A metric with a label of known values", () => {
  const { all, of } = labelled((attributes) => Metric.counter("counted", { incremental: true, attributes }), "why", [
    "one",
    "two"
  ])

  it.effect("is there for each of them at 0, before anything is counted", () =>
    Effect.gen(function* () {
      const { exit, unmoved } = yield* observed(atZero(all))
      assert.deepEqual(exit, Exit.void)
      assert.deepEqual(series(unmoved, "counted"), ["one 0", "two 0"])
    })
  )

  it.effect("counts every other value as one", () =>
    Effect.gen(function* () {
      const count = (value: string) => Metric.update(of(value), 1)
      const { metrics } = yield* observed(Effect.all([count("one"), count("from outside"), count("from elsewhere")]))
      assert.deepEqual(series(metrics, "counted"), ["one 1", "other 2"])
    })
  )
})

describe("The counters of host calls", () => {
  const calls = "alga_extension_host_calls_total"

  it.effect("are there at 0 for each outcome of a guarded read", () =>
    Effect.gen(function* () {
      const { unmoved } = yield* observed(Effect.void.pipe(Effect.provide(guardedReads({}).layer)))
      const found = series(unmoved, calls)
      const outcomes = ["ok", "capability-denied", "rbac-denied", "invalid-input", "internal", "interrupted"]
      for (const operation of ["clients.list", "clients-v2.getMany", "services.get"]) {
        assert.includeMembers(
          [...found],
          outcomes.map((outcome) => `${operation} ${outcome} 0`)
        )
      }
    })
  )

  it.effect("are there at 0 for what every install may call, with the errors of its interface", () =>
    Effect.gen(function* () {
      const { exit, unmoved } = yield* observed(meteredAtZero(["user.get-user"], ["not-available"]))
      assert.deepEqual(exit, Exit.void)
      assert.deepEqual(
        series(unmoved, calls),
        ["ok", "internal", "interrupted", "not-available"].map((outcome) => `user.get-user ${outcome} 0`)
      )
      const usual = yield* observed(meteredAtZero(["user.get-user"]))
      assert.deepEqual(
        series(usual.unmoved, calls),
        ["ok", "internal", "interrupted"].map((outcome) => `user.get-user ${outcome} 0`)
      )
    })
  )
})
