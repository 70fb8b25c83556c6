import { readFile } from "node:fs/promises"
import { Effect } from "effect"
import { memoryOf } from "../execute/ProcessMemory.ts"

const ticksPerSecond = 100
const between = "100 millis"

const processorSeconds = async (pid: number): Promise<number> => {
  const stat = await readFile(`/proc/${pid}/stat`, "latin1").catch(() => "")
  const fields = stat.slice(stat.lastIndexOf(") ") + 2).split(" ")
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
}

/** The largest memory of a process while an effect runs, in bytes, and the processor time that it used, in seconds. */
export const watching = Effect.fnUntraced(function* <A, E, R>(pid: number, effect: Effect.Effect<A, E, R>) {
  const before = yield* Effect.promise(() => processorSeconds(pid))
  let own = 0
  let children = 0
  const look = Effect.map(
    Effect.promise(() => memoryOf(pid)),
    (now) => {
      own = Math.max(own, now.own)
      children = Math.max(children, now.children)
    }
  )
  const looking = yield* Effect.forkChild(Effect.forever(Effect.delay(look, between)))
  const result = yield* effect
  looking.interruptUnsafe()
  return { result, own, children, processor: (yield* Effect.promise(() => processorSeconds(pid))) - before }
})
