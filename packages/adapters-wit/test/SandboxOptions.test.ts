import { totalmem } from "node:os"
import { assert, describe, it } from "@effect/vitest"
import { defaultSandboxOptions } from "../src/SandboxOptions.ts"

describe("SandboxOptions", () => {
  it("keep processes in at most a quarter of the machine's memory, and in some of it", () => {
    const { idleMb, idleProcesses } = defaultSandboxOptions()
    assert.isAbove(idleMb, 0)
    assert.isAtMost(idleMb * 4 * 1_048_576, totalmem())
    assert.isAtLeast(idleProcesses, 32)
  })

  it("leave what a deployment sets", () => {
    const { concurrency, idleMb } = defaultSandboxOptions({ concurrency: 3, idleMb: 7 })
    assert.deepEqual([concurrency, idleMb], [3, 7])
  })
})
