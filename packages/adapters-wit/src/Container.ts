import { availableParallelism, totalmem } from "node:os"
import { join } from "node:path"
import { type ControlGroups, controlGroups, textOf } from "./internal/host/controlGroups.ts"

/** What the system lets this program and its children have together. */
export interface Container {
  /** Memory in MiB: the least of the limits of its control groups and the machine's own. */
  readonly memoryMb: number
  /** Where that number comes from. */
  readonly memoryFrom: "cgroup v1" | "cgroup v2" | "machine"
  /** Processors, by quota or by number. It may be a fraction. */
  readonly processors: number
  /** Processes and threads; null where there is no limit. */
  readonly pids: number | null
}

/** Where a container is read from. */
export interface ContainerSource {
  /** Stands in place of `/`, with `proc` and what is mounted below it. Default: `/`. */
  readonly root?: string
  /** Memory of the machine, in bytes. */
  readonly machineBytes?: number
  /** Processors of the machine that this program may run on. */
  readonly machineProcessors?: number
}

const mebibyte = 1_048_576

/** A number in a file of a control group; `max`, a negative one and no file at all are no limit. */
const numberOf = (text: string | null | undefined): number => {
  const digits = text?.trim() ?? ""
  return /^\d+$/.test(digits) ? Number(digits) : Number.POSITIVE_INFINITY
}

const least = (groups: ControlGroups, limitIn: (folder: string) => number): number =>
  Math.min(Number.POSITIVE_INFINITY, ...groups.folders.map(limitIn))

const fieldOf = (text: string | null, name: string): string | undefined =>
  text
    ?.split("\n")
    .find((line) => line.startsWith(`${name} `))
    ?.slice(name.length + 1)

/** Version 1 also tells what groups above say that cannot be seen from here. */
const memoryBytes = (groups: ControlGroups): number => {
  const file = (folder: string, name: string) => textOf(join(folder, name))
  if (groups.version === 2) {
    return least(groups, (folder) =>
      Math.min(numberOf(file(folder, "memory.max")), numberOf(file(folder, "memory.high")))
    )
  }
  const [own = ""] = groups.folders
  const above = numberOf(fieldOf(file(own, "memory.stat"), "hierarchical_memory_limit"))
  return Math.min(
    above,
    least(groups, (folder) => numberOf(file(folder, "memory.limit_in_bytes")))
  )
}

const processors = (groups: ControlGroups): number =>
  least(groups, (folder) => {
    const [quota, period] =
      groups.version === 2
        ? (textOf(join(folder, "cpu.max")) ?? "").split(" ")
        : [textOf(join(folder, "cpu.cfs_quota_us")), textOf(join(folder, "cpu.cfs_period_us"))]
    const share = numberOf(quota) / numberOf(period)
    return Number.isNaN(share) || share === 0 ? Number.POSITIVE_INFINITY : share
  })

const pidsOf = (groups: ControlGroups): number => least(groups, (folder) => numberOf(textOf(join(folder, "pids.max"))))

/**
 * Reads what the control groups of Linux, version 1 or 2, allow: its own group and those above, as far as they are
 * visible. Files that are absent are no limit; elsewhere than on Linux the machine is the limit.
 */
export const readContainer = ({
  machineBytes = totalmem(),
  machineProcessors = availableParallelism(),
  root = "/"
}: ContainerSource = {}): Container => {
  const limit = (controller: string, read: (groups: ControlGroups) => number): number => {
    const groups = controlGroups(controller, root)
    return groups === null ? Number.POSITIVE_INFINITY : read(groups)
  }
  const bytes = limit("memory", memoryBytes)
  const pids = limit("pids", pidsOf)
  return {
    memoryMb: Math.floor(Math.min(bytes, machineBytes) / mebibyte),
    memoryFrom: bytes < machineBytes ? `cgroup v${controlGroups("memory", root)?.version ?? 2}` : "machine",
    processors: Math.min(limit("cpu", processors), machineProcessors),
    pids: Number.isFinite(pids) ? pids : null
  }
}

/** The file in which the system counts the processes that it ended for lack of memory here; null if there is none. */
export const memoryKillsFile = (root = "/"): string | null => {
  const groups = controlGroups("memory", root)
  const [own] = groups?.folders ?? []
  if (groups === null || own === undefined) return null
  return join(own, groups.version === 2 ? "memory.events" : "memory.oom_control")
}
