import { textOf } from "./controlGroups.ts"

/** Memory of a process, in bytes. */
export interface ProcessMemory {
  /** What it has for itself, its page tables included. */
  readonly own: number
  /** What it has of files, which others share. */
  readonly file: number
}

const ownFields = ["RssAnon", "RssShmem", "VmPTE", "VmSwap"]
const kibibyte = 1_024

/** The memory in the text of `/proc/<pid>/status`; null where it holds something else. Source: proc(5). */
export const processMemoryIn = (status: string): ProcessMemory | null => {
  const fields = new Map(Array.from(status.matchAll(/^(\w+):\s+(\d+) kB$/gm), ([, name, kb]) => [name, Number(kb)]))
  const file = fields.get("RssFile")
  if (file === undefined) return null
  return { own: ownFields.reduce((sum, name) => sum + (fields.get(name) ?? 0), 0) * kibibyte, file: file * kibibyte }
}

/** The memory of a process; null where the system does not say, or the process is gone. */
export const processMemory = (pid: number): ProcessMemory | null => {
  const status = textOf(`/proc/${pid}/status`)
  return status === null ? null : processMemoryIn(status)
}
