import { cpus } from "node:os"
import { Effect } from "effect"
import { type Bench, BenchFailed, type BenchOptions } from "../Bench.ts"
import { type FleetRunner, fleet } from "../cluster/Fleet.ts"
import type { FleetLoadResult, Measured } from "../cluster/FleetLoad.ts"
import { machine } from "../Machine.ts"
import type { Cell, Report } from "../Report.ts"
import { workComponent } from "../sandbox/Guests.ts"
import { layerOurs, taken } from "../sandbox/Ours.ts"
import { temporaryDirectory } from "../sandbox/TemporaryDirectory.ts"
import { behindFor, type Demand, demandAt, type Setup, simulate } from "./Model.ts"
import { planFor } from "./Plan.ts"
import { sandboxCases, sandboxSetup } from "./SandboxCases.ts"
import { sandboxCosts } from "./SandboxCosts.ts"
import { casesTable, costsTable, missOf, planTable, workMissOf } from "./SandboxTables.ts"

const hostCalls = 4
const concurrencyPerCore = 2
const goal = 0.15
const rounds = 5

const rate = ({ requests, seconds }: FleetLoadResult) => requests / seconds

const middle = (results: ReadonlyArray<Measured>): Measured =>
  results.toSorted((a, b) => rate(a) - rate(b))[Math.floor(results.length / 2)] as Measured

/** A set-up on one machine, as the bench has it. */
const small = (runners: number, callers: number, behind: number): Setup => ({
  runners,
  callers,
  installs: 12,
  concurrency: cpus().length * concurrencyPerCore,
  processors: cpus().length,
  elsewhere: (runners - 1) / runners,
  hostCalls,
  behind,
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

/** The sandbox alone, without runners and PostgreSQL: what it costs, and the model beside loads of both kinds of processes. */
const sandboxAlone = Effect.fnUntraced(function* (options: BenchOptions) {
  const directory = yield* temporaryDirectory
  const bytes = yield* Effect.promise(() => workComponent("quickjs", options.keep))
  const component = yield* Effect.provide(taken(bytes), layerOurs(directory))
  const costs = yield* sandboxCosts(directory, component, options)
  const alone = sandboxSetup(
    costs,
    { per: "install", components: 1, idleProcesses: 1 },
    { callers: 1, installs: 1, concurrency: 1, behind: 0, processors: cpus().length }
  )
  const behind = behindFor(costs.demand, alone, costs.perSecond)
  return { costs, cases: yield* sandboxCases(directory, bytes, component, costs, behind, cpus().length, options) }
})

const laws = ["alike", "zipf"] as const
const modes = ["install", "component"] as const

const run = (options: BenchOptions) =>
  Effect.gen(function* () {
    const { budget, tell } = options
    const { cases: sandboxes, costs } = yield* sandboxAlone(options)
    const prepared = yield* fleet(options)
    const { asked, load, settled, start, workIn } = prepared
    const cases: Array<{ readonly runners: number; readonly callers: number; readonly found: Measured }> = []
    for (const [count, crowd] of [
      [1, [1, 4, 16]],
      [2, [1, 4, 16]],
      [3, [16]]
    ] as const) {
      yield* tell(`${count} runners`)
      yield* Effect.scoped(
        Effect.gen(function* () {
          const runners: Array<FleetRunner> = []
          for (let one = 0; one < count; one++) runners.push(yield* start(true))
          yield* settled(runners)
          yield* workIn(runners)
          const windows = new Map<number, Array<Measured>>(crowd.map((callers) => [callers, []]))
          for (let round = 0; round < rounds; round++) {
            for (const callers of crowd) windows.get(callers)?.push(yield* load(runners, asked, callers))
          }
          for (const [callers, results] of windows) cases.push({ runners: count, callers, found: middle(results) })
        })
      )
    }
    const found = (runners: number, callers: number) =>
      cases.find((one) => one.runners === runners && one.callers === callers)?.found as Measured
    const elsewhere = (runners: number) => (runners - 1) / runners
    const handedOn = (callers: number) =>
      Math.max(0, (found(2, callers).costs.runner - found(1, callers).costs.runner) / elsewhere(2))
    // Measured main threads hold what handing on costs; the model counts that where it falls.
    const demandOf = (runners: number, callers: number): Demand => {
      const { costs } = found(runners, callers)
      const handingOn = handedOn(callers)
      return { ...costs, runner: costs.runner - handingOn * elsewhere(runners), handingOn }
    }
    const [alone, many] = [demandOf(1, 1), demandOf(1, 16)]
    const behind = behindFor(alone, small(1, 1, 0), rate(found(1, 1)))
    const compared = cases.map(({ callers, found, runners }) => {
      const demand = demandAt(demandOf(Math.min(runners, 2), 1), demandOf(runners, 16), callers / runners)
      const modelled = simulate(demand, small(runners, callers, behind))
      return { runners, callers, found, modelled, off: modelled.perSecond / rate(found) - 1 }
    })
    const isFed = (one: { readonly runners: number; readonly callers: number }) =>
      one.runners === 1 && one.callers === 1
    const rows = compared.map((one) => [
      one.runners,
      one.callers,
      rate(one.found),
      one.modelled.perSecond,
      one.off * 100,
      isFed(one) ? "fed" : Math.abs(one.off) <= goal ? "yes" : "NO",
      one.found.median,
      one.modelled.median
    ])
    yield* tell("the plan")
    const plans = [1_000, 10_000, 100_000].flatMap((tenants) =>
      laws.flatMap((law) => modes.map((per) => planFor(tenants, law, per, many, costs, behind)))
    )
    const report: Report = {
      bench: "scale-model",
      environment: {
        ...machine,
        ...prepared.environment,
        windows: `${rounds} of ${budget} ms in turns, the middle one counts`
      },
      figures: {
        "largest miss of the model": Math.max(...compared.map(({ off }) => Math.abs(off))),
        "largest miss of the model of the sandbox": Math.max(...sandboxes.map((one) => Math.abs(missOf(one)))),
        "largest miss of the model of the sandbox, processor time of a request": Math.max(
          ...sandboxes.map((one) => Math.abs(workMissOf(one)))
        )
      },
      tables: [
        {
          title:
            "Fed with: processor time of one execution (ms), as the cases with 1 and 16 callers show it, and of handing on",
          columns: ["callers", "handing on"],
          rows: [
            [1, alone.handingOn],
            [16, many.handingOn]
          ]
        },
        {
          title:
            "Fed with: the share of the work that is done behind the answer, as the case with one runner and one caller shows it",
          columns: ["share"],
          rows: [[behind]]
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
          rows: plan(10_000, many, 0.6)
        },
        costsTable(costs),
        casesTable(sandboxes, goal),
        planTable(plans)
      ]
    }
    return report
  }).pipe(
    Effect.mapError((error) =>
      error instanceof BenchFailed ? error : new BenchFailed({ why: `${error._tag}: ${error.message}` })
    )
  )

/** A simulation of runners, beside the runners. */
export const scaleModel: Bench = {
  name: "scale-model",
  summary: "a simulation fed with measured service times, beside what was measured, and a plan made with it",
  run
}
