import { type Demand, type Outcome, simulate } from "./Model.ts"
import { sandboxSetup } from "./SandboxCases.ts"
import type { SandboxCosts } from "./SandboxCosts.ts"

/** Tenants with one install each, and how many runners they take. */
export interface Planned {
  readonly tenants: number
  readonly law: "alike" | "zipf"
  readonly per: "install" | "component"
  readonly runners: number
  readonly outcome: Outcome
}

/** Processors that a runner and its sandboxes have; PostgreSQL has others. */
export const processorsEach = 2
/** Nothing is to be busier than this share of its time. */
export const mostBusy = 0.6
/** Executions a second of one tenant. */
export const tenantPerSecond = 0.1
export const plannedComponents = 20
/** Idle processes of one runner, and their resident memory in MB. */
export const keptProcesses = 100
export const keptMb = 9_000
const executions = 20_000
/** By then every install was asked for, and who waited for that is answered. */
const warmUp = 0.8

const fewest = (fits: (runners: number) => boolean): number => {
  let most = 1
  while (!fits(most)) most *= 2
  let least = most / 2
  while (most - least > Math.max(1, most / 64)) {
    const half = Math.floor((least + most) / 2)
    if (fits(half)) most = half
    else least = half
  }
  return most
}

/** How many runners so many tenants take. One runner is simulated, with its share of installs and of what is asked. */
export const planFor = (
  tenants: number,
  law: Planned["law"],
  per: Planned["per"],
  demand: Demand,
  costs: SandboxCosts,
  behind: number
): Planned => {
  const of = (runners: number): Outcome =>
    simulate(
      { ...demand, runner: demand.runner + demand.handingOn, handingOn: 0, callers: 0, database: 0 },
      {
        ...sandboxSetup(
          costs,
          { per, components: plannedComponents, idleProcesses: keptProcesses, idleMb: keptMb, loadedSpares: 4 },
          {
            callers: { perSecond: (tenants * tenantPerSecond) / runners },
            installs: Math.ceil(tenants / runners),
            law,
            concurrency: 2 * processorsEach,
            behind,
            processors: processorsEach
          }
        ),
        executions,
        warmUp
      }
    )
  const runners = fewest((count) => {
    const { processors, runner } = of(count)
    return Math.max(processors, runner) <= mostBusy
  })
  return { tenants, law, per, runners, outcome: of(runners) }
}
