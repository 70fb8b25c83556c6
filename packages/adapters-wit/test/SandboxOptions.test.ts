import { totalmem } from "node:os"
import { assert, describe, it } from "@effect/vitest"
import type { Container } from "../src/Container.ts"
import { defaultSandboxOptions } from "../src/SandboxOptions.ts"

const small: Container = { memoryMb: 1_024, memoryFrom: "cgroup v2", processors: 64, pids: 128 }
const large: Container = { memoryMb: 262_144, memoryFrom: "machine", processors: 64, pids: null }

describe("SandboxOptions", () => {
  it("keep processes in at most a quarter of the machine's memory, and in some of it", () => {
    const { idleMb, idleProcesses } = defaultSandboxOptions({}, { ...large, memoryMb: totalmem() / 1_048_576 })
    assert.isAbove(idleMb, 0)
    assert.isAtMost(idleMb * 4 * 1_048_576, totalmem())
    assert.isAtLeast(idleProcesses, 32)
  })

  it("leave what a deployment sets", () => {
    const { concurrency, idleMb } = defaultSandboxOptions({ concurrency: 3, idleMb: 7 })
    assert.deepEqual([concurrency, idleMb], [3, 7])
  })

  it("follow the processors where there is room for as many processes", () => {
    const { concurrency, idleProcesses, processes } = defaultSandboxOptions({}, large)
    assert.deepEqual([concurrency, idleProcesses, processes], [128, 64, 4_096])
    assert.strictEqual(defaultSandboxOptions({}, { ...large, processors: 1.5 }).concurrency, 3)
    assert.strictEqual(defaultSandboxOptions({}, { ...large, processors: 0.2 }).concurrency, 1)
  })

  it("follow the process ids of a container, and not the processors that it declares", () => {
    const { concurrency, idleProcesses, processes } = defaultSandboxOptions({}, { ...small, memoryMb: 262_144 })
    assert.deepEqual([concurrency, idleProcesses, processes], [10, 11, 11])
    assert.strictEqual(defaultSandboxOptions({}, { ...small, pids: 10 }).processes, 1)
  })

  it("follow the memory of a container, and what is set of it", () => {
    const { concurrency, idleMb, memoryMb } = defaultSandboxOptions({}, { ...small, pids: null })
    assert.deepEqual([concurrency, idleMb, memoryMb], [12, 256, 768])
    const set = defaultSandboxOptions({ memoryMb: 200 }, small)
    assert.deepEqual([set.concurrency, set.idleMb], [3, 200])
  })

  it("have one execution at a time where there is room for less", () => {
    const { concurrency, concurrencyPerInstall, memoryMb, processes } = defaultSandboxOptions(
      {},
      { ...small, memoryMb: 64, pids: 1 }
    )
    assert.deepEqual([concurrency, concurrencyPerInstall, memoryMb, processes], [1, 1, 128, 1])
  })
})
