import { memoryKillsFile } from "../../Container.ts"
import { textOf } from "./controlGroups.ts"

let file: string | null | undefined
let counted = 0
let unexplained = 0

const count = (): number => Number(/^oom_kill (\d+)$/m.exec((file && textOf(file)) ?? "")?.[1] ?? 0)

/** Begins to count what the system ends for want of memory. Later calls do nothing. */
export const countMemoryKills = (): void => {
  if (file !== undefined) return
  file = memoryKillsFile()
  counted = count()
}

/** Whether the system has ended a process for want of memory that no call has asked about yet. */
export const wasMemoryKill = (): boolean => {
  const now = count()
  unexplained += now - counted
  counted = now
  if (unexplained === 0) return false
  unexplained -= 1
  return true
}
