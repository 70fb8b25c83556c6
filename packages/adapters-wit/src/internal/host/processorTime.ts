import { Buffer } from "node:buffer"
import { closeSync, openSync, readFileSync, readSync } from "node:fs"

const ticksPerSecond = 100
const afterName = ") "

/**
 * Milliseconds on processors in the text of `/proc/<pid>/stat`, in user and system mode together; null where it holds
 * something else.
 *
 * Source: fields 14 and 15, which Linux counts in hundredths of a second.
 */
export const processorTimeIn = (stat: string): number | null => {
  const fields = stat.slice(stat.lastIndexOf(afterName) + afterName.length).split(" ")
  const ticks = Number(fields[11]) + Number(fields[12])
  return Number.isNaN(ticks) ? null : (ticks * 1_000) / ticksPerSecond
}

/**
 * Milliseconds that a process has spent on processors, all its threads together, in steps of 10; null where the system
 * does not say, or the process is gone.
 */
export const processorTime = (pid: number): number | null => {
  try {
    return processorTimeIn(readFileSync(`/proc/${pid}/stat`, "latin1"))
  } catch {
    return null
  }
}

/** The processor times of one process, whose file is opened once. */
export interface ProcessorClock {
  /** As {@link processorTime} says; null once it is closed. */
  readonly now: () => number | null
  readonly close: () => void
}

/** Longer than any process has it. */
const stat = Buffer.alloc(4_096)

/** The clock of a process. It must be closed, and does nothing before it is asked for the first time. */
export const makeProcessorClock = (pid: number): ProcessorClock => {
  let file: number | null = null
  let closed = false
  return {
    now: () => {
      if (closed) return null
      try {
        file ??= openSync(`/proc/${pid}/stat`, "r")
        return processorTimeIn(stat.toString("latin1", 0, readSync(file, stat, 0, stat.byteLength, 0)))
      } catch {
        return null
      }
    },
    close: () => {
      closed = true
      if (file !== null) closeSync(file)
      file = null
    }
  }
}
