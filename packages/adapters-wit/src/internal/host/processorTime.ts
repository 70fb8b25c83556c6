import { readFileSync } from "node:fs"

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
