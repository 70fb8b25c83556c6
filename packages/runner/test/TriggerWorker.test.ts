import { assert, describe, it } from "@effect/vitest"
import { Duration } from "effect"
import { afterFailure, pauseAfter } from "../src/cluster/TriggerWorker.ts"
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
