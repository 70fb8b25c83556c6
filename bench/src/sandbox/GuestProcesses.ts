import { readdirSync, readFileSync } from "node:fs"

/** What a process takes, in megabytes. */
export interface GuestMemory {
  readonly resident: number
  /** Its own share: pages that n processes have together count as the nth part of each. */
  readonly proportional: number
  /** What lies in no file: it depends on nothing that other programs of the machine map too. */
  readonly anonymous: number
}

/** Memory of a process, on Linux. */
export const memoryOfGuest = (pid: string): GuestMemory => {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8")
  const field = (name: string) => (Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(text)?.[1]) * 1_024) / 1e6
  return { resident: field("Rss"), proportional: field("Pss"), anonymous: field("Anonymous") }
}

/** The sandbox processes of this one, transpilers left out; none where the system has no `/proc`. */
export const guestProcesses = (): ReadonlyArray<string> => {
  if (process.platform !== "linux") return []
  return readdirSync("/proc").filter((pid) => {
    if (!/^\d+$/.test(pid)) return false
    try {
      const parent = /\) \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, "latin1"))?.[1]
      return (
        Number(parent) === process.pid &&
        /--permission.*--max-semi-space-size/.test(readFileSync(`/proc/${pid}/cmdline`, "latin1"))
      )
    } catch {
      return false
    }
  })
}
