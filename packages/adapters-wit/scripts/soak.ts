/**
 * Sends many requests through one sandbox and prints the memory of its processes and of this one as it goes:
 * `node packages/adapters-wit/scripts/soak.ts [requests]`, 100,000 where nothing is said. Ends with 1 where the memory of the
 * sandbox's processes grew by more than half after the first tenth.
 */
import { readFileSync } from "node:fs"
import { Effect } from "effect"
import { coreGuest, scriptGuest } from "../test/support/Guests.ts"
import { guestProcesses, run, sandboxOf } from "../test/support/Run.ts"

const requests = Number(process.argv[2] ?? 100_000)
const steps = 10
const trapsPerStep = 5
const callers = 2

const mebibytes = (pid: number | "self"): number =>
  (Number(readFileSync(`/proc/${pid}/statm`, "latin1").split(" ")[1]) * 4_096) / 1_048_576

const look = () => Math.max(...guestProcesses().map(mebibytes))

const soak = Effect.gen(function* () {
  const counter = scriptGuest("counter")
  const answer = run(counter)
  const sizes: Array<number> = []
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
    sizes.push(look())
    const own = mebibytes("self").toFixed(0)
    console.info(
      `${(requests / steps) * step} requests, ${rate.toFixed(0)} a second; largest process ${look().toFixed(0)} MB, this one ${own} MB`
    )
  }
  return (sizes.at(-1) ?? 0) <= (sizes[0] ?? 0) * 1.5
})

const flat = await Effect.runPromise(Effect.scoped(Effect.provide(soak, sandboxOf({ idleProcesses: callers }))))
process.exitCode = flat ? 0 : 1
