import { setPriority } from "node:os"
import { processorTime } from "./processorTime.ts"
import type { RestrictedNode } from "./RestrictedNode.ts"

/** Processor time after which a request is a long one. */
const longMs = 100
const leastPauseMs = 10
const processorsAtOnce = 2
const lowered = 10

/** A watch over one request. */
export interface ProcessorWatch {
  readonly stop: () => void
  /** Whether the process runs at a lower priority since. */
  readonly demoted: () => boolean
}

const demote = (pid: number): boolean => {
  try {
    setPriority(pid, lowered)
    return true
  } catch {
    return false
  }
}

/** Gives a process its normal priority back; false where this program may not, as most users on Linux may not. */
export const promote = (pid: number): boolean => {
  try {
    setPriority(pid, 0)
    return true
  } catch {
    return false
  }
}

/**
 * Breaks a process with `cpu-limit` once it has used `cpuMs` of processor time from now on. After 100 ms it goes on at a
 * lower priority, so that it slows nobody who needs less. Where the system tells no processor times it does nothing.
 */
export const watchProcessor = (node: RestrictedNode, cpuMs: number): ProcessorWatch => {
  const start = processorTime(node.pid)
  let demoted = false
  let timer: NodeJS.Timeout | undefined

  const wait = (milliseconds: number): void => {
    timer = setTimeout(check, Math.max(leastPauseMs, milliseconds / processorsAtOnce))
  }
  const check = (): void => {
    const used = (processorTime(node.pid) ?? 0) - (start ?? 0)
    if (used >= cpuMs) {
      node.break({ reason: "cpu-limit", detail: `${used} ms` })
      return
    }
    if (used >= longMs && !demoted) demoted = demote(node.pid)
    wait((used < longMs ? Math.min(cpuMs, longMs) : cpuMs) - used)
  }
  if (start !== null) wait(Math.min(cpuMs, longMs))

  return { stop: () => clearTimeout(timer), demoted: () => demoted }
}
