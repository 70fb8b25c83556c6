import { setPriority } from "node:os"
import type { RestrictedNode } from "./RestrictedNode.ts"

/** Processor time after which a request is a long one. */
const longMs = 100
const leastPauseMs = 10
const processorsAtOnce = 2
const lowered = 10
/** From this limit on the first look comes after {@link leastPauseMs}: it would cost a short request too much. */
const coarseMs = 1_000

/** What is done about one request. */
export interface ProcessorWatch {
  readonly stop: () => void
  /** Watches for a long request too, whose time counts from now on. The limit goes on counting from where it began. */
  readonly watchLong: (onLong: () => void) => void
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
 * Breaks a process with `cpu-limit` once it has used `cpuMs` of processor time. After 100 ms it goes on at a lower
 * priority, so that it slows nobody who needs less, and `onLong` is called. Where `onLong` is null, it keeps its priority until
 * {@link ProcessorWatch.watchLong}. It counts from now on where `cpuMs` is less than a second, else from 10 ms on. Where the
 * system tells no processor times it does nothing.
 */
export const watchProcessor = (node: RestrictedNode, cpuMs: number, onLong: (() => void) | null): ProcessorWatch => {
  let start = cpuMs < coarseMs ? node.processorTime() : null
  let longStart = start
  let whenLong = onLong
  let demoted = false
  let timer: NodeJS.Timeout | undefined

  const wait = (used: number, usedOfLong: number): void => {
    const untilNext = Math.min(cpuMs - used, whenLong === null ? Number.POSITIVE_INFINITY : longMs - usedOfLong)
    timer = setTimeout(check, Math.max(leastPauseMs, untilNext / processorsAtOnce))
  }
  const check = (): void => {
    const now = node.processorTime()
    if (now === null) return
    start ??= now
    longStart ??= now
    const used = now - start
    if (used >= cpuMs) {
      node.break({ reason: "cpu-limit", detail: `${used} ms` })
      return
    }
    if (whenLong !== null && now - longStart >= longMs) {
      const notify = whenLong
      whenLong = null
      demoted = demote(node.pid)
      notify()
    }
    wait(used, now - longStart)
  }
  wait(start === null ? cpuMs : 0, 0)

  return {
    stop: () => clearTimeout(timer),
    watchLong: (notify) => {
      clearTimeout(timer)
      whenLong = notify
      longStart = node.processorTime()
      check()
    },
    demoted: () => demoted
  }
}
