/**
 * Sends many requests through one sandbox and prints the memory of its processes and of this one, its open files and the
 * number of processes as it goes: `node packages/adapters-wit/scripts/soak.ts [requests]`, 100,000 where nothing is said. Ends
 * with 1 where memory grew by more than half after the first tenth, or files or processes by more than four.
 */
import { readdirSync, readFileSync } from "node:fs"
import { Effect } from "effect"
import { coreGuest, scriptGuest } from "../test/support/Guests.ts"
import { guestProcesses, run, sandboxOf } from "../test/support/Run.ts"

const requests = Number(process.argv[2] ?? 100_000)
const steps = 10
const trapsPerStep = 5
const callers = 2

const mebibytes = (pid: number | "self"): number =>
  (Number(readFileSync(`/proc/${pid}/statm`, "latin1").split(" ")[1]) * 4_096) / 1_048_576

const look = () => ({
  "largest process, MB": Math.max(...guestProcesses().map(mebibytes)),
  "this process, MB": mebibytes("self"),
  "open files": readdirSync("/proc/self/fd").length,
  processes: guestProcesses().length
})
type Look = ReturnType<typeof look>

const flatter = (first: Look, last: Look): boolean =>
  last["largest process, MB"] <= first["largest process, MB"] * 1.5 &&
  last["this process, MB"] <= first["this process, MB"] * 1.5 &&
  last["open files"] <= first["open files"] + 4 &&
  last.processes <= first.processes + 4

const soak = Effect.gen(function* () {
  const answer = run(scriptGuest(), { method: "GET" })
  const looks: Array<Look> = []
  for (let step = 1; step <= steps; step++) {
    const started = performance.now()
    const each = requests / steps / callers
    yield* Effect.forEach(
      Array.from({ length: callers }),
      () => Effect.repeat(Effect.asVoid(answer), { times: each - 1 }),
      { concurrency: "unbounded" }
    )
    const rate = (requests / steps / (performance.now() - started)) * 1_000
    for (let i = 0; i < trapsPerStep; i++) yield* Effect.flip(run(coreGuest("trap")))
    const now = look()
    looks.push(now)
    const told = Object.entries(now).map(([what, count]) => `${what} ${count.toFixed(0)}`)
    console.info(`${(requests / steps) * step} requests, ${rate.toFixed(0)} a second: ${told.join("; ")}`)
  }
  const [first] = looks
  const last = looks.at(-1)
  return first !== undefined && last !== undefined && flatter(first, last)
})

const flat = await Effect.runPromise(Effect.scoped(Effect.provide(soak, sandboxOf({ idleProcesses: callers }))))
process.exitCode = flat ? 0 : 1
