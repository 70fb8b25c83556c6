import { Effect } from "effect"
import * as LogOutput from "../../src/LogOutput.ts"

/** Logs many more lines than wait for a reader, says so, and ends when it is told to. */
const lines = 20_000
const text = "a line of a kilobyte ".padEnd(1_024, ".")

const told = Effect.callback<void>((resume) => {
  process.once("message", () => resume(Effect.void))
})

const flood = Effect.gen(function* () {
  for (let line = 1; line <= lines; line++) yield* Effect.annotateLogs(Effect.logInfo(text), { attempt: line })
  process.send?.("logged")
  yield* told
})

await Effect.runPromise(Effect.provide(flood, LogOutput.layer))
process.disconnect?.()
