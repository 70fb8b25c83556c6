import { Effect } from "effect"
import type { Bench, BenchFailed, BenchOptions } from "../Bench.ts"
import { machine } from "../Machine.ts"
import type { Report } from "../Report.ts"
import { type FleetRunner, fleet } from "./Fleet.ts"
import type { FleetLoad, Measured } from "./FleetLoad.ts"

const trials = 5
const rounds = 3
const crowds = [1, 16] as const
const goals = { local: 1.05, handedOnMs: 1.5, large: 2, delayMs: 100 }
const bodyBytes = 10 * 1_048_576

const middle = (values: ReadonlyArray<number>) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

/** The middle of several windows of the same load. */
const middleOf = (results: ReadonlyArray<Measured>) => ({
  rate: middle(results.map(({ requests, seconds }) => requests / seconds)),
  median: middle(results.map(({ median }) => median)),
  p99: middle(results.map(({ p99 }) => p99)),
  runnerMs: middle(results.map(({ costs }) => costs.runner)),
  allMs: middle(results.map(({ costs }) => costs.runner + costs.sandbox))
})

type Middle = ReturnType<typeof middleOf>

/** Contenders in turns, so that whatever else the machine does hits all alike. */
const inTurns = <Name extends string>(contenders: Readonly<Record<Name, Effect.Effect<Measured, BenchFailed>>>) =>
  Effect.gen(function* () {
    const names = Object.keys(contenders) as Array<Name>
    const found = new Map<Name, Array<Measured>>(names.map((name) => [name, []]))
    for (let round = 0; round < rounds; round++) {
      for (const name of names) found.get(name)?.push(yield* contenders[name])
    }
    return (name: Name) => middleOf(found.get(name) ?? [])
  })

const met = (holds: boolean) => (holds ? "yes" : "NO")

const run = (options: BenchOptions) =>
  Effect.gen(function* () {
    const { tell } = options
    const { asked, environment, livingOn, load, settled, start, workIn } = yield* fleet(options)
    const loading = (runners: ReadonlyArray<FleetRunner>, callers: number, of: FleetLoad["asked"] = asked) =>
      load(runners, callers === 1 ? of.slice(0, 1) : of, callers)

    // Two processes of the same program differ by some percent for their whole life: each trial has new ones, started in
    // another order, and a second plain runner shows how much that is.
    const single = yield* Effect.forEach(Array.from({ length: trials }).keys(), (trial) =>
      Effect.scoped(
        Effect.gen(function* () {
          yield* tell(`a plain runner, another, and one in a cluster of its own: ${trial + 1} of ${trials}`)
          const started: Array<FleetRunner> = []
          for (const turn of [0, 1, 2]) {
            const place = (turn + trial) % 3
            started[place] = yield* start(place === 2)
          }
          const [plain, again, clustered] = started as [FleetRunner, FleetRunner, FleetRunner]
          yield* settled([clustered])
          for (const runner of started) yield* workIn([runner])
          return yield* inTurns({
            "plain 1": loading([plain], 1),
            "again 1": loading([again], 1),
            "clustered 1": loading([clustered], 1),
            "plain 16": loading([plain], 16),
            "again 16": loading([again], 16),
            "clustered 16": loading([clustered], 16)
          })
        })
      )
    )

    yield* tell("two runners: a request at the install's runner, and at the other")
    const handed = yield* Effect.scoped(
      Effect.gen(function* () {
        const [first, second] = [yield* start(true), yield* start(true)]
        yield* settled([first, second])
        yield* workIn([first, second])
        const own = yield* livingOn(first, asked)
        const [one = [], two = []] = [own.slice(0, 1), own.slice(1, 2)]
        const large = (at: FleetRunner) => load([at], one, 1, { bodyBytes, others: at === first ? [second] : [first] })
        const small = load([second], two, 1)
        return yield* inTurns({
          here: loading([first], 1, own),
          elsewhere: loading([second], 1, own),
          both: loading([first, second], 16),
          largeHere: large(first),
          largeElsewhere: large(second),
          small,
          smallBeside: Effect.map(
            Effect.all([small, Effect.all([large(second), large(second), large(second)], { concurrency: 3 })], {
              concurrency: 2
            }),
            ([measured]) => measured
          )
        })
      })
    )

    yield* tell("three runners")
    const three = yield* Effect.scoped(
      Effect.gen(function* () {
        const runners = [yield* start(true), yield* start(true), yield* start(true)]
        yield* settled(runners)
        yield* workIn(runners)
        return yield* inTurns({ all: loading(runners, 16) })
      })
    )

    /** A ratio of every trial: the middle one, the least and the most. */
    const spread = (ratio: (of: (typeof single)[number]) => number) => {
      const ratios = single.map(ratio).sort((a, b) => a - b)
      return [middle(ratios), ratios[0] ?? 0, ratios.at(-1) ?? 0] as const
    }
    const local = (callers: (typeof crowds)[number]) =>
      spread((of) => of(`plain ${callers}`).rate / of(`clustered ${callers}`).rate)
    const control = (callers: (typeof crowds)[number]) =>
      spread((of) => of(`plain ${callers}`).rate / of(`again ${callers}`).rate)
    const work = (callers: (typeof crowds)[number]) =>
      spread((of) => of(`clustered ${callers}`).runnerMs / of(`plain ${callers}`).runnerMs)
    const over = (name: Parameters<(typeof single)[number]>[0]): Middle => {
      const found = single.map((of) => of(name))
      const key = (of: keyof Middle) => middle(found.map((one) => one[of]))
      return {
        rate: key("rate"),
        median: key("median"),
        p99: key("p99"),
        runnerMs: key("runnerMs"),
        allMs: key("allMs")
      }
    }
    const more = handed("elsewhere").median - handed("here").median
    const report: Report = {
      bench: "cluster",
      environment: {
        ...machine,
        ...environment,
        windows: `${rounds} of ${options.budget} ms each in turns, the middle one counts; ${trials} trials with new runners`
      },
      figures: {
        "1 caller, requests/s: plain / clustered": local(1)[0],
        "16 callers, requests/s: plain / clustered": local(16)[0],
        "a request that is handed on, more at the median (ms)": more
      },
      tables: [
        {
          title: `What a local request pays for the cluster (the middle of ${trials} trials, the least and the most)`,
          columns: ["what", "middle", "least", "most", "goal", "met"],
          rows: crowds.flatMap((callers) => [
            [
              `${callers} callers, requests/s: plain / clustered`,
              ...local(callers),
              `at most ${goals.local}`,
              met(local(callers)[0] <= goals.local)
            ],
            [`${callers} callers, requests/s: plain / another plain`, ...control(callers), "", ""],
            [`${callers} callers, the runner's processor time: clustered / plain`, ...work(callers), "", ""]
          ])
        },
        {
          title: "What a request pays that is handed on (ms)",
          columns: ["what", "is", "goal", "met"],
          rows: [["more at the median", more, `at most ${goals.handedOnMs}`, met(more <= goals.handedOnMs)]]
        },
        {
          title: "A body of 10 MiB, asked of the runner where the install lives, and of the other",
          columns: ["what", "here", "elsewhere", "goal", "met"],
          rows: [
            [
              "processor time of runners and their sandboxes (ms)",
              handed("largeHere").allMs,
              handed("largeElsewhere").allMs,
              `at most ${goals.large} times`,
              met(handed("largeElsewhere").allMs <= goals.large * handed("largeHere").allMs)
            ],
            ["of it the runners' own (ms)", handed("largeHere").runnerMs, handed("largeElsewhere").runnerMs, "", ""],
            ["median (ms)", handed("largeHere").median, handed("largeElsewhere").median, "", ""]
          ]
        },
        {
          title:
            "Another install's request that is handed on (ms), alone and beside three callers with bodies of 10 MiB",
          columns: ["what", "alone", "beside", "goal", "met"],
          rows: [
            [
              "median",
              handed("small").median,
              handed("smallBeside").median,
              `at most ${goals.delayMs} more`,
              met(handed("smallBeside").median <= handed("small").median + goals.delayMs)
            ],
            ["p99", handed("small").p99, handed("smallBeside").p99, "", ""]
          ]
        },
        {
          title: "One install, one caller (ms)",
          columns: ["runner", "median", "p99", "req/s"],
          rows: (
            [
              ["plain", over("plain 1")],
              ["clustered, alone", over("clustered 1")],
              ["of two, where the install lives", handed("here")],
              ["of two, where it does not", handed("elsewhere")]
            ] as const
          ).map(([name, { median, p99, rate }]) => [name, median, p99, rate])
        },
        {
          title: "Twelve installs, 16 callers, each runner asked alike",
          columns: ["runners", "req/s", "median ms", "p99 ms"],
          rows: (
            [
              ["1, plain", over("plain 16")],
              ["1", over("clustered 16")],
              ["2", handed("both")],
              ["3", three("all")]
            ] as const
          ).map(([name, { median, p99, rate }]) => [name, rate, median, p99])
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
