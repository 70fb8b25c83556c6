import { readFile } from "node:fs/promises"
import { Effect } from "effect"

/** Milliseconds of one tick of `/proc`, as every Linux of today counts them. */
const tickMs = 10

/** A process's own time, and that of what it started that has ended. */
const timesOf = async (pid: number) => {
  const text = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "")
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ")
  const ticks = (at: number) => (Number(fields[at] ?? 0) + Number(fields[at + 1] ?? 0)) * tickMs
  return { own: ticks(11), ended: ticks(13) }
}

const descendants = async (pid: number): Promise<ReadonlyArray<number>> => {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, "utf8").catch(() => "")
  const own = text.split(" ").filter(Boolean).map(Number)
  return [...own, ...(await Promise.all(own.map(descendants))).flat()]
}

const sum = (times: ReadonlyArray<number>) => times.reduce((total, time) => total + time, 0)

/** Processor time in milliseconds since its start: a process's own, and that of all that it has started. */
export const processorTimeOf = async (pid: number): Promise<{ readonly own: number; readonly children: number }> => {
  const { ended, own } = await timesOf(pid)
  const running = await Promise.all((await descendants(pid)).map(timesOf))
  return { own, children: ended + sum(running.flatMap((times) => [times.own, times.ended])) }
}

/** The same of these processes together. */
export const processorTimeOfAll = async (pids: ReadonlyArray<number>): Promise<number> =>
  sum((await Promise.all(pids.map(timesOf))).map(({ own }) => own))

/** Begins to count what this process and all that it has started spend on processors, in milliseconds. */
export const spentSince = Effect.map(
  Effect.promise(() => processorTimeOf(process.pid)),
  (before) =>
    Effect.map(
      Effect.promise(() => processorTimeOf(process.pid)),
      (now) => ({ host: now.own - before.own, guests: now.children - before.children })
    )
)
