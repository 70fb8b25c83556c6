import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { memoryKillsFile, readContainer } from "../src/Container.ts"

const gibibyte = 1_073_741_824
/** A machine that is larger than its containers. */
const machine = { machineBytes: 64 * gibibyte, machineProcessors: 32 }

const temporary = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "alga-container-"))),
  (path) => Effect.promise(() => rm(path, { recursive: true, force: true }))
)

/** What a program reads below a root that has these files, as they were recorded. */
const containerOf = (files: Readonly<Record<string, string>>) =>
  Effect.gen(function* () {
    const root = yield* temporary
    yield* Effect.promise(async () => {
      for (const [name, text] of Object.entries(files)) {
        await mkdir(dirname(join(root, name)), { recursive: true })
        await writeFile(join(root, name), `${text}\n`)
      }
    })
    return { root, ...readContainer({ root, ...machine }) }
  })

const ofMachine = { memoryMb: 65_536, memoryFrom: "machine", processors: 32, pids: null } as const

/** Docker with cgroup v2 and a namespace of its own, as Kubernetes and every new distribution have it. */
const second = {
  "proc/self/cgroup": "0::/",
  "proc/self/mountinfo":
    "1520 1508 0:30 / /sys/fs/cgroup ro,nosuid,nodev,noexec,relatime - cgroup2 cgroup rw,nsdelegate,memory_recursiveprot",
  "sys/fs/cgroup/memory.max": "1073741824",
  "sys/fs/cgroup/memory.high": "max",
  "sys/fs/cgroup/cpu.max": "150000 100000",
  "sys/fs/cgroup/pids.max": "128"
}

/** Docker with cgroup v1, which mounts the container's own group of each controller. */
const first = {
  "proc/self/cgroup": ["9:pids:/docker/4f3c", "4:memory:/docker/4f3c", "2:cpu,cpuacct:/docker/4f3c", "0::/"].join("\n"),
  "proc/self/mountinfo": [
    "712 701 0:26 /docker/4f3c /sys/fs/cgroup/memory ro,nosuid - cgroup cgroup rw,memory",
    "713 701 0:27 /docker/4f3c /sys/fs/cgroup/cpu,cpuacct ro,nosuid - cgroup cgroup rw,cpu,cpuacct",
    "714 701 0:28 /docker/4f3c /sys/fs/cgroup/pids ro,nosuid - cgroup cgroup rw,pids"
  ].join("\n"),
  "sys/fs/cgroup/memory/memory.limit_in_bytes": "1073741824",
  "sys/fs/cgroup/memory/memory.stat":
    "cache 0\nhierarchical_memory_limit 1073741824\nhierarchical_memsw_limit 1073741824",
  "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us": "150000",
  "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us": "100000",
  "sys/fs/cgroup/pids/pids.max": "128"
}

const unlimitedFirst = "9223372036854771712"

describe("A container is read", () => {
  for (const [version, files] of [
    ["cgroup v2", second],
    ["cgroup v1", first]
  ] as const) {
    it.effect(`from ${version}: memory, quota of processors, process ids`, () =>
      Effect.gen(function* () {
        const { root, ...container } = yield* containerOf(files)
        assert.deepStrictEqual(container, { memoryMb: 1_024, memoryFrom: version, processors: 1.5, pids: 128 })
        const kills = version === "cgroup v2" ? "memory.events" : "memory/memory.oom_control"
        assert.strictEqual(memoryKillsFile(root), join(root, "sys/fs/cgroup", kills))
      })
    )
  }

  it.effect("as the machine where nothing is limited, in each version's words", () =>
    Effect.gen(function* () {
      const { root: _, ...open } = yield* containerOf({
        ...second,
        "sys/fs/cgroup/memory.max": "max",
        "sys/fs/cgroup/cpu.max": "max 100000",
        "sys/fs/cgroup/pids.max": "max"
      })
      assert.deepStrictEqual(open, ofMachine)
      const { root: __, ...older } = yield* containerOf({
        ...first,
        "sys/fs/cgroup/memory/memory.limit_in_bytes": unlimitedFirst,
        "sys/fs/cgroup/memory/memory.stat": `hierarchical_memory_limit ${unlimitedFirst}`,
        "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us": "-1",
        "sys/fs/cgroup/pids/pids.max": "max"
      })
      assert.deepStrictEqual(older, ofMachine)
    })
  )

  it.effect("as the machine where files are absent: of the groups, or all", () =>
    Effect.gen(function* () {
      const { "proc/self/cgroup": groups, "proc/self/mountinfo": mounts } = second
      for (const files of [
        { "proc/self/cgroup": groups, "proc/self/mountinfo": mounts },
        { "proc/self/cgroup": groups },
        {}
      ]) {
        const { root: _, ...container } = yield* containerOf(files)
        assert.deepStrictEqual(container, ofMachine)
      }
    })
  )

  it.effect("with the least that the groups above allow", () =>
    Effect.gen(function* () {
      const slice = "sys/fs/cgroup/kubepods.slice"
      const pod = `${slice}/pod.slice`
      const { root: _, ...nested } = yield* containerOf({
        "proc/self/cgroup": "0::/kubepods.slice/pod.slice/runner.scope",
        "proc/self/mountinfo": "31 24 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw",
        [`${pod}/runner.scope/memory.max`]: "max",
        [`${pod}/runner.scope/cpu.max`]: "400000 100000",
        [`${pod}/runner.scope/pids.max`]: "1000",
        [`${pod}/memory.max`]: "2147483648",
        [`${pod}/memory.high`]: "536870912",
        [`${pod}/cpu.max`]: "50000 100000",
        [`${slice}/pids.max`]: "300"
      })
      assert.deepStrictEqual(nested, { memoryMb: 512, memoryFrom: "cgroup v2", processors: 0.5, pids: 300 })
    })
  )

  it.effect("with what version 1 says of groups that cannot be seen", () =>
    Effect.gen(function* () {
      const { memoryMb } = yield* containerOf({
        ...first,
        "sys/fs/cgroup/memory/memory.limit_in_bytes": unlimitedFirst,
        "sys/fs/cgroup/memory/memory.stat": "hierarchical_memory_limit 805306368"
      })
      assert.strictEqual(memoryMb, 768)
    })
  )

  it.effect("of each controller by the version that has it, where both are mounted", () =>
    Effect.gen(function* () {
      const { memoryFrom, pids } = yield* containerOf({
        ...second,
        "proc/self/cgroup": "3:pids:/\n0::/",
        "proc/self/mountinfo": `${second["proc/self/mountinfo"]}\n9 1 0:28 / /mnt/pid\\040ids rw - cgroup cgroup rw,pids`,
        "mnt/pid ids/pids.max": "77"
      })
      assert.deepStrictEqual([memoryFrom, pids], ["cgroup v2", 77])
    })
  )

  it.effect("at the mount where the group lies outside of it", () =>
    Effect.gen(function* () {
      const outside = yield* containerOf({ ...second, "proc/self/cgroup": "0::/../../elsewhere" })
      assert.strictEqual(outside.memoryMb, 1_024)
      const other = yield* containerOf({ ...first, "proc/self/cgroup": "4:memory:/docker/4f3c-else" })
      assert.strictEqual(other.memoryMb, 1_024)
    })
  )

  it("on this system, as something that can be worked in", () => {
    const { memoryMb, processors } = readContainer()
    assert.isAbove(memoryMb, 0)
    assert.isAbove(processors, 0)
  })
})
