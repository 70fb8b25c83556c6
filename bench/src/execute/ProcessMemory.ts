import { readFile } from "node:fs/promises"

const pageBytes = 4_096

const residentBytes = async (pid: number): Promise<number> => {
  const text = await readFile(`/proc/${pid}/statm`, "utf8").catch(() => "0 0")
  return Number(text.split(" ")[1]) * pageBytes
}

/** Resident memory of a process, and of all that it has started, in bytes; zeros where the system has no `/proc`. */
export const memoryOf = async (pid: number): Promise<{ readonly own: number; readonly children: number }> => {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, "utf8").catch(() => "")
  const children = await Promise.all(text.split(" ").filter(Boolean).map(Number).map(residentBytes))
  return { own: await residentBytes(pid), children: children.reduce((sum, bytes) => sum + bytes, 0) }
}
