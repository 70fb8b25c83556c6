import { totalmem } from "node:os"
import { assert, describe, it } from "@effect/vitest"
import type { Container } from "../src/Container.ts"
import { defaultSandboxOptions, sandboxBounds, threadsOfProcess } from "../src/SandboxOptions.ts"

const small: Container = { memoryMb: 1_024, memoryFrom: "cgroup v2", processors: 64, pids: 128 }
const large: Container = { memoryMb: 262_144, memoryFrom: "machine", processors: 64, pids: null }

describe("SandboxOptions", () => {
  it("keep processes in at most a quarter of the machine's memory, and in some of it", () => {
    const { idleMb, idleProcesses } = defaultSandboxOptions({}, { ...large, memoryMb: totalmem() / 1_048_576 })
    assert.isAbove(idleMb, 0)
    assert.isAtMost(idleMb * 4 * 1_048_576, totalmem())
    assert.isAtLeast(idleProcesses, 32)
  })

  it("follow as their defaults in words say", () => {
    const shares: Readonly<Record<number, string>> = { 0.25: "a quarter", 0.5: "half", 0.75: "three quarters" }
    const counts: Readonly<Record<number, string>> = { 2: "two", 7: "seven" }
    const of = (given: Parameters<typeof defaultSandboxOptions>[0], container: Partial<Container> = {}) =>
      defaultSandboxOptions(given, { ...large, ...container })
    const { concurrency, concurrencyPerInstall, concurrencyPerTenant, idleMb, idleProcesses, processes } = sandboxBounds
    assert.deepEqual(
      [concurrencyPerTenant.defaultIs, concurrencyPerInstall.defaultIs],
      [
        `${shares[of({ concurrency: 100 }).concurrencyPerTenant / 100]} of all`,
        `${shares[of({ concurrency: 100 }).concurrencyPerInstall / 100]} of all`
      ]
    )
    const perCore = of({}, { processors: 16 }).concurrency / 16
    assert.strictEqual(
      concurrency.defaultIs,
      `${counts[perCore]} for each core, as far as memory and process ids allow`
    )
    assert.strictEqual(
      idleMb.defaultIs,
      `${shares[of({}).idleMb / large.memoryMb]} of the container's or machine's, at most what all processes may have`
    )
    assert.strictEqual(of({ memoryMb: 100 }).idleMb, 100)
    assert.strictEqual(
      idleProcesses.defaultIs,
      `${of({}, { processors: 1 }).idleProcesses}, or one for each core where that is more; never more than all processes`
    )
    assert.deepEqual([of({}, { processors: 99 }).idleProcesses, of({ processes: 3 }).idleProcesses], [99, 3])
    assert.strictEqual(
      processes.defaultIs,
      `what the container's process ids allow, ${counts[threadsOfProcess]} for each, at most ${of({}).processes}`
    )
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
