import { threadsOfProcess } from "@alga-psa/ext-adapters-wit"
import type { Container } from "@alga-psa/ext-adapters-wit/Container"
import { assert, describe, it } from "vitest"
import { httpDefaults } from "../src/HttpBounds.ts"
import { sizeProblems, sizeWarnings } from "../src/internal/sizeProblems.ts"
import { sizeRows, sizesInWords } from "../src/internal/sizeRows.ts"
import { aboutSetting, type SettingName } from "../src/Settings.ts"
import { type SizeSettings, sizesOf } from "../src/Sizes.ts"

const disk = { inMemory: false, bytes: null }
const memory = { inMemory: true, bytes: null }
/** A node of 64 processors, of which a container declares all and has this. */
const container = (memoryMb: number, pids: number | null = null): Container => ({
  memoryMb,
  memoryFrom: "cgroup v2",
  processors: 64,
  pids
})
const mebibyte = 1_048_576

const wrong = (set: SizeSettings, has: Container, cache = disk) => {
  const sizes = sizesOf(set, has, cache)
  return { problems: sizeProblems(set, has, cache, sizes), warnings: sizeWarnings(set, has, sizes) }
}

/** All that a runner may take at once, in MiB, but what it keeps for the system. */
const inAll = (memoryMb: number, cache = disk): number => {
  const sizes = sizesOf({}, container(memoryMb), cache)
  const caches = cache.inMemory ? sizes.bundleCacheBytes + sizes.componentCacheBytes : 0
  const bytes = sizes.bodiesBytes * 3 + sizes.answerBytes + sizes.pageBytes + caches
  return sizes.sandbox.memoryMb + bytes / mebibyte + sizes.intake.bundles * 128 + sizes.intake.pages * 64 + 256
}

describe("The sizes of a runner", () => {
  it("fit into its container together, with a twentieth left, whatever the container has", () => {
    for (const memoryMb of [1_024, 1_536, 2_048, 4_096, 16_384, 262_144]) {
      assert.isAtMost(inAll(memoryMb), memoryMb * 0.95, String(memoryMb))
      assert.isAtMost(inAll(memoryMb, memory), memoryMb * 0.95, String(memoryMb))
      assert.deepStrictEqual(wrong({}, container(memoryMb)), { problems: [], warnings: [] })
    }
  })

  it("follow from memory and process ids, and not from the processors that a node declares", () => {
    const small = sizesOf({}, container(1_024, 128), disk).sandbox
    assert.deepInclude(small, { concurrency: 5, processes: 10 })
    assert.isAtMost(small.memoryMb, 400)
    assert.strictEqual(sizesOf({}, container(2_048, 128), disk).sandbox.concurrency, 8)
    assert.strictEqual(sizesOf({}, container(262_144), disk).sandbox.concurrency, 128)
  })

  it("leave process ids for all that runs beside the sandbox", () => {
    for (const pids of [100, 128, 256, 1_000]) {
      const { sandbox, threadsAround } = sizesOf({}, container(65_536, pids), disk)
      assert.isAtMost(sandbox.processes * threadsOfProcess + threadsAround, pids)
    }
  })

  it("keep what they always were where there is much", () => {
    const { sandbox: _, ...large } = sizesOf({}, container(65_536), disk)
    assert.deepInclude(large, {
      bodiesBytes: 256 * mebibyte,
      answerBytes: 256 * mebibyte,
      pageBytes: 128 * mebibyte,
      bundleCacheBytes: 1_024 * mebibyte,
      componentCacheBytes: 1_024 * mebibyte,
      intake: { bundles: 4, components: 2, pages: 2 }
    })
  })

  it("follow as the defaults of their settings in words say", () => {
    const shares: Readonly<Record<number, string>> = { 16: "a sixteenth", 32: "a thirty-second" }
    const inWords = (name: SettingName) => aboutSetting(name).fallbackIs
    const at = (memoryMb: number, cache = disk) => sizesOf({}, container(memoryMb), cache)
    const share = (bytes: number) => shares[(4_096 * mebibyte) / bytes]
    const [least, middle, most] = [at(1), at(4_096), at(262_144)]
    assert.strictEqual(
      inWords("ALGA_EXTENSION_RUNNER_HTTP_ANSWER_BYTES"),
      `${share(middle.answerBytes)} of the memory, ${least.answerBytes / mebibyte} to ${most.answerBytes / mebibyte} MiB`
    )
    assert.strictEqual(
      inWords("ALGA_EXTENSION_RUNNER_HTTP_BODIES_BYTES"),
      `${share(middle.bodiesBytes)} of the memory, at most ${most.bodiesBytes / mebibyte} MiB and at least two of the largest bodies`
    )
    assert.strictEqual(least.bodiesBytes, 2 * httpDefaults.bodyBytes)
    const [onDisk, inMemory] = [middle, at(4_096, memory)]
    for (const [name, bytes] of [
      ["ALGA_EXTENSION_RUNNER_BUNDLE_CACHE_BYTES", "bundleCacheBytes"],
      ["ALGA_EXTENSION_RUNNER_COMPONENT_CACHE_BYTES", "componentCacheBytes"]
    ] as const) {
      assert.strictEqual(
        inWords(name),
        `${onDisk[bytes] / mebibyte / 1_024} GiB; less on a small disk, and ${share(inMemory[bytes])} of the memory where it lies there`
      )
    }
  })

  it("hold caches to a part of a small disk, and of the memory where they lie in it", () => {
    const cacheMb = (cache: typeof disk | { readonly inMemory: boolean; readonly bytes: number }, memoryMb = 2_048) =>
      sizesOf({}, container(memoryMb), cache).bundleCacheBytes / mebibyte
    assert.strictEqual(cacheMb({ inMemory: false, bytes: 100 * mebibyte }), 40)
    assert.strictEqual(cacheMb(memory), 128)
    assert.strictEqual(cacheMb({ inMemory: true, bytes: 50 * mebibyte }), 20)
  })

  it("are what is set, and the others make room for it", () => {
    const set = { ALGA_EXTENSION_RUNNER_HTTP_ANSWER_BYTES: 200 * mebibyte, ALGA_EXTENSION_RUNNER_SANDBOX_SPARES: 3 }
    const usual = sizesOf({}, container(2_048), disk)
    const given = sizesOf(set, container(2_048), disk)
    assert.strictEqual(given.answerBytes, 200 * mebibyte)
    assert.strictEqual(usual.sandbox.memoryMb - given.sandbox.memoryMb, 200 - 128)
    assert.strictEqual(
      sizesOf({ ALGA_EXTENSION_RUNNER_SANDBOX_MEMORY_MB: 128 }, container(2_048), disk).sandbox.concurrency,
      2
    )
  })
})

describe("The sizes that a start tells", () => {
  it("are what the container has and what is taken of it", () => {
    const has = container(1_024, 128)
    const sizes = sizesOf({}, has, disk)
    assert.strictEqual(
      sizesInWords(has, sizes),
      "sizes: memory 1024 MiB (cgroup v2), processors 64, process ids 128; at most 5 executions at the same time, 10 processes of 332 MiB together"
    )
    const rows = sizeRows(container(1_024), sizes)
    assert.deepInclude(rows, { size: "process ids", is: null, unit: "processes and threads" })
    assert.deepInclude(rows, { size: "their memory", is: 332, unit: "MiB" })
  })
})

describe("Settings that contradict the container", () => {
  it("stop the start where one alone is more than it has, with both numbers", () => {
    const { problems } = wrong(
      {
        ALGA_EXTENSION_RUNNER_SANDBOX_MEMORY_MB: 1_025,
        ALGA_EXTENSION_RUNNER_HTTP_ANSWER_BYTES: 1_024 * mebibyte + 1,
        ALGA_EXTENSION_RUNNER_COMPONENT_CACHE_BYTES: 2_048 * mebibyte
      },
      container(1_024),
      memory
    )
    const has = "and the container has 1024 MiB (cgroup v2): set less, or give it more"
    assert.deepStrictEqual(problems, [
      `ALGA_EXTENSION_RUNNER_SANDBOX_MEMORY_MB is 1025 MiB, ${has}`,
      `ALGA_EXTENSION_RUNNER_HTTP_ANSWER_BYTES is 1025 MiB, ${has}`,
      `ALGA_EXTENSION_RUNNER_COMPONENT_CACHE_BYTES is 2048 MiB, ${has}`
    ])
    const onDisk = { ALGA_EXTENSION_RUNNER_COMPONENT_CACHE_BYTES: 2_048 * mebibyte }
    assert.deepStrictEqual(wrong(onDisk, container(1_024)), { problems: [], warnings: [] })
  })

  it("stop the start where their processes have more threads than it allows, and where it allows too few for any", () => {
    const set = (processes: number) => ({ ALGA_EXTENSION_RUNNER_SANDBOX_PROCESSES: processes })
    assert.deepStrictEqual(wrong(set(10), container(1_024, 128)).problems, [])
    assert.deepStrictEqual(wrong(set(11), container(1_024, 128)).problems, [
      "ALGA_EXTENSION_RUNNER_SANDBOX_PROCESSES is 11, which have 77 threads beside the runner's 53, and the container allows 128 processes and threads: set at most 10, or allow more"
    ])
    assert.deepStrictEqual(wrong({}, container(1_024, 50)).problems, [
      "the container allows 50 processes and threads, and the runner needs 60: allow more"
    ])
    assert.deepStrictEqual(wrong({}, container(1_024, 60)).problems, [])
  })

  it("are warned of where they are not reached, with both numbers", () => {
    const { problems, warnings } = wrong(
      { ALGA_EXTENSION_RUNNER_SANDBOX_CONCURRENCY: 64, ALGA_EXTENSION_RUNNER_LIMIT_MEMORY_MB: 512 },
      container(1_024, 128)
    )
    assert.deepStrictEqual(problems, [])
    const [byMemory, byProcesses, guest] = warnings
    assert.lengthOf(warnings, 3)
    assert.match(byMemory ?? "", /CONCURRENCY is 64, and the processes have \d+ MiB together.* about 5; .*1024 MiB/)
    assert.match(byProcesses ?? "", /CONCURRENCY is 64, and there are at most 10 processes/)
    assert.match(guest ?? "", /LIMIT_MEMORY_MB is 512, and the processes have \d+ MiB together/)
    assert.lengthOf(wrong({ ALGA_EXTENSION_RUNNER_SANDBOX_CONCURRENCY: 5 }, container(1_024, 128)).warnings, 0)
  })

  it("are warned of where all parts together are more than it has, also where nothing is set", () => {
    for (const warnings of [
      wrong({}, container(512)).warnings,
      wrong({ ALGA_EXTENSION_RUNNER_SANDBOX_MEMORY_MB: 1_000 }, container(1_024)).warnings
    ]) {
      assert.lengthOf(warnings, 1)
      assert.match(warnings[0] ?? "", /^the container has \d+ MiB \(cgroup v2\), and all parts together may take \d+: /)
    }
  })
})
