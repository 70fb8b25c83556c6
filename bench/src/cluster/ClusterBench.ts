import { Effect } from "effect"
import type { Bench, BenchOptions } from "../Bench.ts"
import { machine } from "../Machine.ts"
import type { Report } from "../Report.ts"
import { type Fleet, type FleetRunner, fleet } from "./Fleet.ts"
import { type FleetLoad, type FleetLoadResult, loadFleet, workIn, workInMs } from "./FleetLoad.ts"

const rounds = 5
const crowds = [1, 16] as const
const goals = { local: 1.05, handedOnMs: 1.5 }

const middle = (values: ReadonlyArray<number>) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

/** The middle of several windows of the same load. */
const middleOf = (results: ReadonlyArray<FleetLoadResult>) => ({
  rate: middle(results.map(({ requests, seconds }) => requests / seconds)),
  median: middle(results.map(({ median }) => median)),
  p99: middle(results.map(({ p99 }) => p99))
})

/** Runners, what they are asked, and by how many callers. */
type Contender = readonly [ReadonlyArray<FleetRunner>, FleetLoad["asked"], number]

const measure = ({ backends }: Fleet, { budget }: BenchOptions) => {
  const once = ([runners, asked, callers]: Contender) =>
    loadFleet(
      {
        urls: runners.map(({ url }) => url),
        asked,
        callers,
        milliseconds: budget,
        warmUp: Math.min(300, budget / 2)
      },
      runners.map(({ pid }) => pid),
      backends
    )
  /** Contenders in turns, so that whatever else the machine does hits all alike. */
  const turns = <Name extends string>(contenders: Readonly<Record<Name, Contender>>) =>
    Effect.gen(function* () {
      const names = Object.keys(contenders) as Array<Name>
      const found = new Map<Name, Array<FleetLoadResult>>(names.map((name) => [name, []]))
      for (let round = 0; round < rounds; round++) {
        for (const name of names) found.get(name)?.push(yield* once(contenders[name]))
      }
      return (name: Name) => middleOf(found.get(name) ?? [])
    })
  return turns
}

const met = (holds: boolean) => (holds ? "yes" : "NO")

const run = (options: BenchOptions) =>
  Effect.gen(function* () {
    const { tell } = options
    const prepared = yield* fleet(options)
    const { asked, livingOn, settled, start } = prepared
    const worked = (runners: ReadonlyArray<FleetRunner>) => workIn(asked, runners, workInMs(options.budget))
    const turns = measure(prepared, options)

    yield* tell("a plain runner beside one in a cluster of its own")
    const alone = yield* Effect.scoped(
      Effect.gen(function* () {
        const [plain, clustered] = [yield* start(false), yield* start(true)]
        yield* settled([clustered])
        yield* worked([plain])
        yield* worked([clustered])
        const [one] = asked
        const own = one === undefined ? [] : [one]
        return yield* turns({
          "plain 1": [[plain], own, 1],
          "clustered 1": [[clustered], own, 1],
          "plain 16": [[plain], asked, 16],
          "clustered 16": [[clustered], asked, 16]
        })
      })
    )

    yield* tell("two runners: a request at the install's runner, and at the other")
    const handed = yield* Effect.scoped(
      Effect.gen(function* () {
        const [first, second] = [yield* start(true), yield* start(true)]
        yield* settled([first, second])
        yield* worked([first, second])
        const own = (yield* livingOn(first, asked)).slice(0, 1)
        return yield* turns({
          here: [[first], own, 1],
          elsewhere: [[second], own, 1],
          both: [[first, second], asked, 16]
        })
      })
    )

    yield* tell("three runners")
    const three = yield* Effect.scoped(
      Effect.gen(function* () {
        const runners = [yield* start(true), yield* start(true), yield* start(true)]
        yield* settled(runners)
        yield* worked(runners)
        return yield* turns({ all: [runners, asked, 16] })
      })
    )

    const overhead = (callers: (typeof crowds)[number]) =>
      alone(`plain ${callers}`).rate / alone(`clustered ${callers}`).rate
    const more = handed("elsewhere").median - handed("here").median
    const report: Report = {
      bench: "cluster",
      environment: {
        ...machine,
        ...prepared.environment,
        windows: `${rounds} of ${options.budget} ms each in turns, the middle one counts; each runner worked in for ${workInMs(options.budget)} ms`
      },
      tables: [
        {
          title: "What the cluster costs",
          columns: ["what", "is", "goal", "met"],
          rows: [
            ...crowds.map((callers) => {
              const ratio = overhead(callers)
              return [
                `${callers} callers: requests/s of a plain runner to those of a clustered one`,
                ratio,
                `at most ${goals.local}`,
                met(ratio <= goals.local)
              ]
            }),
            [
              "a request that is handed on, more at the median (ms)",
              more,
              `at most ${goals.handedOnMs}`,
              met(more <= goals.handedOnMs)
            ]
          ]
        },
        {
          title: "One install, one caller (ms)",
          columns: ["runner", "median", "p99", "req/s"],
          rows: [
            ["plain", alone("plain 1")],
            ["clustered, alone", alone("clustered 1")],
            ["of two, where the install lives", handed("here")],
            ["of two, where it does not", handed("elsewhere")]
          ].map(([name, of]) => {
            const { median, p99, rate } = of as ReturnType<typeof middleOf>
            return [name as string, median, p99, rate]
          })
        },
        {
          title: "Twelve installs, 16 callers, each runner asked alike",
          columns: ["runners", "req/s", "median ms", "p99 ms"],
          rows: [
            ["1, plain", alone("plain 16")],
            ["1", alone("clustered 16")],
            ["2", handed("both")],
            ["3", three("all")]
          ].map(([name, of]) => {
            const { median, p99, rate } = of as ReturnType<typeof middleOf>
            return [name as string, rate, median, p99]
          })
        }
      ]
    }
    return report
  })

/** Several runners beside one, and what handing a request on costs. */
export const cluster: Bench = {
  name: "cluster",
  summary: "one, two and three runners of a cluster, beside a plain one; a request that is handed on",
  run
}
