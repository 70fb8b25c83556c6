import { readFile } from "node:fs/promises"

/** Milliseconds of one tick of `/proc`, as every Linux of today counts them. */
const tickMs = 10

const timeOf = async (pid: number): Promise<number> => {
  const text = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "")
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ")
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) * tickMs
}

const descendants = async (pid: number): Promise<ReadonlyArray<number>> => {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, "utf8").catch(() => "")
  const own = text.split(" ").filter(Boolean).map(Number)
  return [...own, ...(await Promise.all(own.map(descendants))).flat()]
}

const sum = (times: ReadonlyArray<number>) => times.reduce((total, time) => total + time, 0)

/** Processor time in milliseconds since its start: a process's own, and that of all that it has started and still runs. */
export const processorTimeOf = async (pid: number): Promise<{ readonly own: number; readonly children: number }> => ({
  own: await timeOf(pid),
  children: sum(await Promise.all((await descendants(pid)).map(timeOf)))
})

/** The same of these processes together. */
export const processorTimeOfAll = async (pids: ReadonlyArray<number>): Promise<number> =>
  sum(await Promise.all(pids.map(timeOf)))
