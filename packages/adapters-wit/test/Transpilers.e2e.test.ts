import { turns } from "@alga-psa/ext-domain/testing/EventLoop"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { makeTranspilers } from "../src/internal/host/Transpilers.ts"
import { defaultLimits } from "../src/Limits.ts"
import { restrictedProcesses } from "./support/Run.ts"

const { componentBytes, glueBytes } = defaultLimits
const options = { execPath: process.execPath, confinement: [], componentBytes, glueBytes }

/** Whether a process is there, or has ended and this program has not heard of it. */
const isThere = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

const waiting = () => restrictedProcesses(/--permission.*--allow-fs-read/)

describe("The transpiler that waits for the next component", () => {
  it.live("is replaced once it was used, and where it died before", () =>
    Effect.gen(function* () {
      const transpilers = yield* makeTranspilers(options, true)
      const use = transpilers.use((node) => Effect.succeed(node.pid))
      const [first = 0] = waiting()
      assert.strictEqual(yield* use, first)
      while (waiting().length === 0) yield* Effect.sleep(5)
      const [dead = 0] = waiting()
      process.kill(dead, "SIGKILL")
      while (isThere(dead)) yield* Effect.sleep(5)
      // This program hears a moment later that its pipes are closed, too.
      yield* turns(10)
      while ((yield* use) === dead);
      while (waiting().length === 0) yield* Effect.sleep(5)
    }).pipe(Effect.scoped)
  )
})
