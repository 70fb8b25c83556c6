import { readFileSync } from "node:fs"

const ticksPerSecond = 100
const afterName = ") "

/**
 * Milliseconds that a process has spent on processors, all its threads together, in steps of 10; null where the system
 * does not say, or the process is gone.
 *
 * Source: fields 14 and 15 of `/proc/<pid>/stat`, which Linux counts in hundredths of a second.
 */
export const processorTime = (pid: number): number | null => {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "latin1")
    const fields = text.slice(text.lastIndexOf(afterName) + afterName.length).split(" ")
    const ticks = Number(fields[11]) + Number(fields[12])
    return Number.isNaN(ticks) ? null : (ticks * 1_000) / ticksPerSecond
  } catch {
    return null
  }
}
