import type { Component } from "@alga-psa/ext-adapters-wit"
import { Effect } from "effect"
import type { BenchOptions } from "../Bench.ts"
import { atRandom } from "../installs/AtRandom.ts"
import { alike, zipfCallers, zipfComponents, zipfInstalls, zipfLoad, zipfMb } from "../installs/ZipfLoad.ts"
import { type Outcome, type Setup, simulate } from "./Model.ts"
import type { PoolSetup } from "./Pool.ts"
import type { SandboxCosts } from "./SandboxCosts.ts"

/** A load of a sandbox, as it was measured and as the model has it. */
export interface SandboxCase {
  readonly name: string
  readonly per: PoolSetup["per"]
  readonly measured: {
    readonly rate: number
    readonly median: number
    readonly p99: number
    readonly processorMs: number
  }
  readonly modelled: Outcome
  /** Whether requests came at a rate: then what may be off is how long they take. */
  readonly atRate: boolean
}

const installs = 16
const keptOf = { install: [2, 8, 12, 16], component: [2] } as const
const fewestRequests = 200
const modes = ["install", "component"] as const

/** One runner's sandbox on processors of its own, asked for data in memory. */
export const sandboxSetup = (
  { instanceMb, pool, processMb }: SandboxCosts,
  keeps: Pick<PoolSetup, "per" | "components" | "idleProcesses"> & Partial<PoolSetup>,
  rest: Pick<Setup, "callers" | "installs" | "law" | "concurrency" | "behind" | "processors">
): Setup => ({
  runners: 1,
  elsewhere: 0,
  hostCalls: 4,
  executions: 6_000,
  warmUp: 0.5,
  sandbox: {
    costs: pool,
    keeps: { idleMb: 1_000_000, idleMs: 60_000, spares: 1, loadedSpares: 0, processMb, instanceMb, ...keeps }
  },
  ...rest
})

/** Runs loads of both kinds of processes, and the model beside each. */
export const sandboxCases = Effect.fnUntraced(function* (
  directory: string,
  bytes: Uint8Array,
  component: Component,
  costs: SandboxCosts,
  behind: number,
  processors: number,
  options: BenchOptions
) {
  const { budget, scale, tell } = options
  const cases: Array<SandboxCase> = []
  for (const per of modes) {
    for (const kept of keptOf[per]) {
      yield* tell(`${installs} installs, ${kept} processes kept, a process for each ${per}`)
      const given = { installs, kept, processPer: per, fewest: fewestRequests, milliseconds: budget / 2 }
      const setup = sandboxSetup(
        costs,
        { per, components: 1, idleProcesses: kept },
        { callers: 1, installs, law: "alike", concurrency: 2, behind, processors }
      )
      cases.push({
        name: `${installs} installs at random, ${kept} processes kept`,
        per,
        measured: yield* atRandom(component, given),
        modelled: simulate(costs.demand, setup),
        atRate: false
      })
    }
  }
  const many = Math.round(Math.max(20, zipfInstalls * scale))
  const kinds = Math.round(Math.max(2, zipfComponents * scale))
  yield* tell(`taking in ${kinds} components`)
  const components = yield* alike(directory, bytes, kinds)
  for (const per of modes) {
    yield* tell(`${many} installs by a Zipf law, a process for each ${per}`)
    const measured = yield* zipfLoad(directory, components, many, per, options)
    /** As cold or warm as what was measured. */
    const modelled = (callers: Setup["callers"], before: number, runs: number) =>
      simulate(costs.demand, {
        ...sandboxSetup(
          costs,
          { per, components: kinds, idleProcesses: 64, idleMb: zipfMb, loadedSpares: 4 },
          { callers, installs: many, law: "zipf", concurrency: zipfCallers, behind, processors }
        ),
        executions: before + runs,
        warmUp: before / (before + runs)
      })
    const { half, most, warmUps } = measured
    const name = `${many} installs of ${kinds} components by a Zipf law, 2 GiB`
    cases.push({ name, per, measured: most, modelled: modelled(zipfCallers, warmUps, most.runs), atRate: false })
    cases.push({
      name: "the same at half of that",
      per,
      measured: half,
      modelled: modelled({ perSecond: half.rate }, warmUps + most.runs, half.runs),
      atRate: true
    })
  }
  return cases
})
