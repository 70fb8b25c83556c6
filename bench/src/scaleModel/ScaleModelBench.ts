import { cpus } from "node:os"
import { Effect } from "effect"
import type { Bench, BenchOptions } from "../Bench.ts"
import { type Fleet, type FleetRunner, fleet } from "../cluster/Fleet.ts"
import { type Costs, type FleetLoadResult, loadFleet } from "../cluster/FleetLoad.ts"
import { machine } from "../Machine.ts"
import type { Cell, Report } from "../Report.ts"
import { type Demand, type Setup, simulate } from "./Model.ts"

const hostCalls = 4
const concurrencyPerCore = 2
const goal = 0.15
const rounds = 3

type Measured = FleetLoadResult & { readonly costs: Costs }

const middle = (results: ReadonlyArray<Measured>): Measured =>
  results.toSorted((a, b) => a.requests / a.seconds - b.requests / b.seconds)[
    Math.floor(results.length / 2)
  ] as Measured

const rate = ({ requests, seconds }: FleetLoadResult) => requests / seconds

const measured = ({ asked, backends }: Fleet, runners: ReadonlyArray<FleetRunner>, callers: number, budget: number) =>
  Effect.map(
    Effect.forEach(Array.from({ length: rounds }), () =>
      loadFleet(
        {
          urls: runners.map(({ url }) => url),
          asked,
          callers,
          milliseconds: budget,
          warmUp: Math.min(1_000, budget / 2)
        },
        runners.map(({ pid }) => pid),
        backends
      )
    ),
    middle
  )

/** A set-up on one machine, as the bench has it. */
const small = (runners: number, callers: number, latency: number): Setup => ({
  runners,
  callers,
  installs: 12,
  concurrency: cpus().length * concurrencyPerCore,
  processors: cpus().length,
  elsewhere: (runners - 1) / runners,
  hostCalls,
  latency,
  executions: 6_000
})

/** A plan for a rate: how many of what, when nothing is to be busier than this share of its time. */
const plan = (perSecond: number, demand: Demand, busy: number): ReadonlyArray<ReadonlyArray<Cell>> => {
  const cores = (ms: number) => Math.ceil((perSecond * ms) / 1_000 / busy)
  const runnerMs = demand.runner + demand.handingOn
  return [
    ["main threads of runners (one runner is one)", runnerMs, cores(runnerMs)],
    ["processors for sandboxes", demand.sandbox, cores(demand.sandbox)],
    ["processors for PostgreSQL", demand.database, cores(demand.database)]
  ]
}

const run = (options: BenchOptions) =>
  Effect.gen(function* () {
    const { budget, tell } = options
    const prepared = yield* fleet(options)
    const { settled, start } = prepared
    const cases: Array<{ readonly runners: number; readonly callers: number; readonly found: Measured }> = []
    for (const [count, crowd] of [
      [1, [1, 4, 16]],
      [2, [4, 16]],
      [3, [16]]
    ] as const) {
      yield* tell(`${count} runners`)
      yield* Effect.scoped(
        Effect.gen(function* () {
          const runners: Array<FleetRunner> = []
          for (let one = 0; one < count; one++) runners.push(yield* start(true))
          yield* settled(runners)
          for (const callers of crowd) {
            cases.push({ runners: count, callers, found: yield* measured(prepared, runners, callers, budget) })
          }
        })
      )
    }
    const found = (runners: number, callers: number) =>
      cases.find((one) => one.runners === runners && one.callers === callers)?.found as Measured
    const { costs } = found(1, 16)
    const handed = found(2, 16).costs
    const demand: Demand = { ...costs, handingOn: Math.max(0, (handed.runner - costs.runner) * 2) }
    const work = demand.callers + demand.runner + demand.sandbox + demand.database
    const latency = Math.max(0, found(1, 1).mean - work)
    const rows = cases.map(({ callers, found, runners }) => {
      const modelled = simulate(demand, small(runners, callers, latency))
      const off = modelled.perSecond / rate(found) - 1
      return [
        runners,
        callers,
        rate(found),
        modelled.perSecond,
        off * 100,
        Math.abs(off) <= goal ? "yes" : "NO",
        found.median,
        modelled.median
      ]
    })
    const report: Report = {
      bench: "scale-model",
      environment: {
        ...machine,
        ...prepared.environment,
        windows: `${rounds} of ${budget} ms, the middle one counts`
      },
      tables: [
        {
          title: "Fed with: processor time of one execution (ms), one runner, 16 callers",
          columns: [
            "callers",
            "runner's main thread",
            "sandbox",
            "PostgreSQL",
            "handing on",
            "nobody works (1 caller)"
          ],
          rows: [[demand.callers, demand.runner, demand.sandbox, demand.database, demand.handingOn, latency]]
        },
        {
          title: "Measured, and what the model says",
          columns: ["runners", "callers", "req/s", "model", "off by %", "within 15 %", "median ms", "model"],
          rows
        },
        {
          title: "Processor time of one execution (ms), by case",
          columns: ["runners", "callers", "callers' process", "runners", "sandboxes", "PostgreSQL"],
          rows: cases.map(({ callers, found: { costs }, runners }) => [
            runners,
            callers,
            costs.callers,
            costs.runner,
            costs.sandbox,
            costs.database
          ])
        },
        {
          title: "10,000 executions a second, with nothing busier than 60 % of its time",
          columns: ["of what", "ms each", "how many"],
          rows: plan(10_000, demand, 0.6)
        }
      ]
    }
    return report
  })

/** A simulation of runners, beside the runners. */
export const scaleModel: Bench = {
  name: "scale-model",
  summary: "a simulation fed with measured service times, beside what was measured, and a plan made with it",
  run
}
