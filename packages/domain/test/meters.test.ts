import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { meter, outcomesOf } from "../src/internal/meters.ts"
import type { Coded, Operation } from "../src/internal/operation.ts"
import { StorageError } from "../src/Storage.ts"
import { observed } from "./observed.ts"

describe("The meters of a host call", () => {
  // Meters are made once a process: these have a name that no other test counts.
  it.effect("have their names, what they count and their bounds, and count again what they counted", () =>
    Effect.gen(function* () {
      const labels = { operation: "meters.test", outcome: "ok" }
      const { metrics } = yield* observed(
        Effect.gen(function* () {
          const context = yield* Effect.context<never>()
          meter(labels, 2_000_000_000n, context)
          meter(labels, 500_000n, context)
        })
      )
      const [calls, durations] = metrics
      assert(calls?.type === "Counter" && durations?.type === "Histogram" && metrics.length === 2)
      assert.deepInclude(calls, {
        id: "alga_extension_host_calls_total",
        description: "Host calls, by operation and outcome",
        attributes: labels,
        state: { count: 2, incremental: true }
      })
      assert.deepInclude(durations, {
        id: "alga_extension_host_call_duration_seconds",
        description: "Duration of host calls in seconds, by operation and outcome",
        attributes: labels
      })
      assert.deepStrictEqual(
        durations.state.buckets.map(([bound]) => bound),
        [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]
      )
      assert.deepStrictEqual([durations.state.count, durations.state.sum], [2, 2.0005])
    })
  )
})

describe("The outcomes of a guarded operation", () => {
  const always = ["ok", "capability-denied", "invalid-input", "internal", "interrupted"]
  const operation: Operation<Coded> = {
    name: "storage.get",
    span: "Storage.get",
    access: "read",
    capability: "cap:storage.kv",
    permission: null,
    errors: []
  }

  it.each<readonly [string, Partial<Operation<Coded>>, ReadonlyArray<string>]>([
    ["the guard's own", {}, []],
    ["a denied permission where it needs one", { permission: "client:read" }, ["rbac-denied"]],
    ["a refusal where it can refuse", { refuses: true }, ["refused"]],
    ["the errors of its port", { errors: [StorageError] }, StorageError.fields.code.literals]
  ])("are %s, and no others", (_, change, outcomes) => {
    assert.deepStrictEqual(outcomesOf({ ...operation, ...change }), [...always, ...outcomes])
  })
})
