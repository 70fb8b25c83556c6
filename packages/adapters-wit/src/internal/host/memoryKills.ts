import { memoryKillsFile } from "../../Container.ts"
import { textOf } from "./controlGroups.ts"

/**
 * Tells ends for lack of memory from others, by what the system has counted since this was made. Each counted one
 * explains one end.
 */
export const makeMemoryKills = (counted: () => number): (() => boolean) => {
  let before = counted()
  let unexplained = 0
  return () => {
    const now = counted()
    unexplained += now - before
    before = now
    if (unexplained === 0) return false
    unexplained -= 1
    return true
  }
}

/** How many processes a group's file says that the system ended for lack of memory; 0 if it says nothing. */
export const memoryKillsIn = (text: string | null): number => Number(/^oom_kill (\d+)$/m.exec(text ?? "")?.[1] ?? 0)

let isMemoryKill: (() => boolean) | undefined

/** Begins to count the processes that the system ends for lack of memory. Later calls do nothing. */
export const countMemoryKills = (): void => {
  if (isMemoryKill !== undefined) return
  const file = memoryKillsFile()
  isMemoryKill = makeMemoryKills(() => memoryKillsIn(file === null ? null : textOf(file)))
}

/** Whether the system has ended a process for lack of memory that no call has asked about yet. */
export const wasMemoryKill = (): boolean => isMemoryKill?.() ?? false
