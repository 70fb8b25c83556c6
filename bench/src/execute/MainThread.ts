import { readFile } from "node:fs/promises"
import { Effect } from "effect"
import { BenchFailed } from "../Bench.ts"
import { sampleOf } from "../Sample.ts"
import type { Contender } from "./Contenders.ts"
import { load } from "./Load.ts"
import { overviewRequest } from "./Setting.ts"

/** Milliseconds of one tick of `/proc`, as every Linux of today counts them. */
const tickMs = 10
const rounds = 5
const warmUp = 500

/** Processor time of a process's main thread since its start, in milliseconds. Source: fields 14 and 15 of proc(5). */
const mainThreadOf = async (pid: number): Promise<number> => {
  const text = await readFile(`/proc/${pid}/task/${pid}/stat`, "utf8")
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ")
  return (Number(fields[11]) + Number(fields[12])) * tickMs
}

/** Milliseconds of processor time that a request takes of each contender's main thread, and the ratio. */
export interface MainThread {
  readonly runner: number
  readonly floor: number
  readonly ratio: number
}

/**
 * Loads the two in turns with 16 callers, so that what else the machine does is the same for both; each figure is the median of the
 * rounds.
 */
export const mainThread = (
  contenders: Readonly<Record<"runner" | "floor", Contender>>,
  hash: string,
  token: string,
  requests: number
): Effect.Effect<MainThread, BenchFailed> =>
  Effect.gen(function* () {
    const ask = ({ url }: Contender, most: number) =>
      load({
        url: `${url}/v1/execute`,
        ...overviewRequest("small", hash, token),
        callers: 16,
        ratePerSecond: null,
        milliseconds: 600_000,
        requests: most,
        warmUp: 0
      })
    const perRequest = (contender: Contender) =>
      Effect.gen(function* () {
        const before = yield* Effect.promise(() => mainThreadOf(contender.pid))
        const { failed, served } = yield* ask(contender, requests)
        if (failed > 0) return yield* new BenchFailed({ why: `${failed} requests failed` })
        return ((yield* Effect.promise(() => mainThreadOf(contender.pid))) - before) / served
      })
    const { floor, runner } = contenders
    yield* ask(runner, warmUp)
    yield* ask(floor, warmUp)
    const taken = yield* Effect.forEach(Array.from({ length: rounds }), (_, round) =>
      round % 2 === 0
        ? Effect.all({ runner: perRequest(runner), floor: perRequest(floor) })
        : Effect.all({ floor: perRequest(floor), runner: perRequest(runner) })
    )
    const median = (of: (one: (typeof taken)[number]) => number) => sampleOf(taken.map(of)).median
    return {
      runner: median((one) => one.runner),
      floor: median((one) => one.floor),
      ratio: median((one) => one.runner / one.floor)
    }
  })
