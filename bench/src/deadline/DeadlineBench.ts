import { mkdir, mkdtemp, rm } from "node:fs/promises"
import { join } from "node:path"
import { endAt, start } from "@alga-psa/ext-runner/Deadline"
import { Effect } from "effect"
import { type Bench, BenchFailed, type BenchOptions } from "../Bench.ts"
import { machine } from "../Machine.ts"
import type { Report } from "../Report.ts"
import { interleaved, sampleOf } from "../Sample.ts"
import { executions, requestOf, type SlowPart, slowParts } from "./Slow.ts"

const timeoutMs = 200
const allowedMs = 100

/** How long after its deadline each answer came, in milliseconds, and what was answered how often. */
const beyond = Effect.fnUntraced(function* (slow: SlowPart, directory: string, budget: number) {
  const { atOnce, run } = yield* executions(slow, directory)
  const request = requestOf(timeoutMs, slow === "handler")
  const late: Array<number> = []
  const answers = new Map<string, number>()
  const one = Effect.gen(function* () {
    const begun = performance.now()
    const outcome = yield* Effect.match(run(request, "r"), {
      onFailure: ({ code }) => code as string,
      onSuccess: () => "answered"
    })
    late.push(performance.now() - begun - timeoutMs)
    answers.set(outcome, (answers.get(outcome) ?? 0) + 1)
  })
  const round = Effect.all(
    Array.from({ length: atOnce }, () => one),
    { concurrency: "unbounded", discard: true }
  )
  yield* round
  late.length = 0
  answers.clear()
  const until = performance.now() + budget
  while (performance.now() < until) yield* round
  return { slow, late, answers: [...answers].map(([outcome, count]) => `${outcome}: ${count}`).join(", ") }
})

/** A plain request, and the same with one more deadline around it. */
const overhead = Effect.fnUntraced(function* (directory: string, budget: number) {
  const { run } = yield* executions(null, directory)
  const plain = run(requestOf(20_000, false), "r")
  return yield* interleaved(
    { plain, within: Effect.flatMap(start(20_000), (deadline) => endAt(deadline)(plain)) },
    budget
  )
})

const run = ({ budget, keep, tell }: BenchOptions) =>
  Effect.gen(function* () {
    yield* Effect.promise(() => mkdir(keep, { recursive: true }))
    const directory = yield* Effect.acquireRelease(
      Effect.promise(() => mkdtemp(join(keep, "deadline-"))),
      (folder) => Effect.promise(() => rm(folder, { recursive: true, force: true }))
    )
    const rows: Array<Effect.Success<ReturnType<typeof beyond>>> = []
    for (const slow of slowParts) {
      yield* tell(slow)
      rows.push(yield* Effect.scoped(beyond(slow, directory, budget)))
    }
    yield* tell("a plain request")
    const { plain, within } = yield* Effect.scoped(overhead(directory, budget))
    const worst = rows.map(({ late }) => Math.max(...late))
    return {
      bench: "deadline",
      environment: { ...machine, timeout_ms: timeoutMs, milliseconds: `${budget} for each slow part` },
      tables: [
        {
          title: "How long after its deadline an execution is answered (ms)",
          columns: ["slow", "p50", "p99", "worst", "answers", "which"],
          rows: rows.map(({ answers, late, slow }, i) => {
            const { median, p99, runs } = sampleOf(late)
            return [slow, median, p99, worst[i] ?? null, runs, answers]
          })
        },
        {
          title: "A request of a guest that answers at once (ms)",
          columns: ["", "p50", "p99"],
          rows: [
            ["as it is, with its deadline", plain.median, plain.p99],
            ["with one more deadline around it", within.median, within.p99]
          ]
        }
      ],
      figures: {
        "worst answer beyond a deadline, of 100 ms": Math.max(...worst) / allowedMs,
        "p50 of a request with one more deadline, of that without": within.median / plain.median
      }
    } satisfies Report
  }).pipe(Effect.catch((error) => Effect.fail(new BenchFailed({ why: String(error) }))))

/** Executions whose parts are slow, and what a deadline costs where none is. */
export const deadline: Bench = {
  name: "deadline",
  summary: "how long after its deadline an execution is answered, whatever is slow, and what a deadline costs",
  run
}
