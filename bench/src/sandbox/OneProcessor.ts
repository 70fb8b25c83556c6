import { execFile } from "node:child_process"
import { readdirSync, readFileSync } from "node:fs"
import { cpus } from "node:os"
import { promisify } from "node:util"
import { Effect } from "effect"

const run = promisify(execFile)

/** This process and its children. */
const family = (): ReadonlyArray<string> =>
  readdirSync("/proc").filter((pid) => {
    if (pid === String(process.pid)) return true
    if (!/^\d+$/.test(pid)) return false
    try {
      return Number(/\) \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, "latin1"))?.[1]) === process.pid
    } catch {
      return false
    }
  })

const place = (processors: string) =>
  Effect.ignore(
    Effect.tryPromise(() => Promise.allSettled(family().map((pid) => run("taskset", ["-acp", processors, pid]))))
  )

/**
 * Runs an effect with this process and its children on one processor, so that no wake-up crosses to another, where the system
 * has `taskset`; elsewhere it changes nothing.
 */
export const onOneProcessor = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.acquireUseRelease(
    place("0"),
    () => effect,
    () => place(`0-${cpus().length - 1}`)
  )
