import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Effect } from "effect"
import { endWith } from "../../src/ExitCode.ts"
import * as LogOutput from "../../src/LogOutput.ts"

/** Logs much more than a pipe holds, and fails. */
const flood = Effect.gen(function* () {
  const text = "a line of a kilobyte ".padEnd(1_024, ".")
  for (let line = 1; line <= 2_000; line++) yield* Effect.logInfo(text)
  return yield* Effect.fail("failed")
})

NodeRuntime.runMain(Effect.provide(flood, LogOutput.layer), { disableErrorReporting: true, teardown: endWith })
