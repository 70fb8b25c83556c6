import { zipf } from "../installs/Zipf.ts"
import { numbers } from "../Numbers.ts"
import { type Found, makePool, type PoolCosts, type PoolSetup } from "./Pool.ts"
import { makeProcessors, type Step } from "./Processors.ts"

/** What one execution asks of whom, in milliseconds of a processor. */
export interface Demand {
  /** Of the callers' process. */
  readonly callers: number
  /** Of the main thread of the runner that was asked, where it carries the execution out itself. */
  readonly runner: number
  /** Of the install's sandbox process. */
  readonly sandbox: number
  /** Of PostgreSQL. */
  readonly database: number
  /** More, of the runner that hands an execution on, and of the one that takes it. */
  readonly handingOn: number
}

/** A set-up of machines: processors that everything shares. */
export interface Setup {
  readonly runners: number
  /** Callers that each ask again as soon as they are answered; or requests a second, whether those before are answered or not. */
  readonly callers: number | { readonly perSecond: number }
  readonly installs: number
  /** Which install is asked for: each in turn, each alike by chance, or by a Zipf law with the exponent 1. Default: in turn. */
  readonly law?: "turn" | "alike" | "zipf"
  /** Executions at the same time on one runner; more wait. */
  readonly concurrency: number
  /** Processors that callers, runners, sandboxes and PostgreSQL share. */
  readonly processors: number
  /** The share of requests that are asked of a runner that the install does not live on. */
  readonly elsewhere: number
  /** Host calls of one execution, each of which goes to PostgreSQL and back. */
  readonly hostCalls: number
  /** The share of the work, but for the callers', that nobody waits for: what is done after the answer. */
  readonly behind: number
  /** How many executions are simulated. */
  readonly executions: number
  /** The share of these, from the first, that is not counted. Default: a tenth. */
  readonly warmUp?: number
  /** What each runner's sandbox keeps, and what it takes to make more. Default: each execution finds its process and instance. */
  readonly sandbox?: { readonly keeps: PoolSetup; readonly costs: PoolCosts }
}

/** What the callers would see. */
export interface Outcome {
  readonly perSecond: number
  /** Milliseconds. */
  readonly median: number
  readonly p99: number
  /** The share of their time in which processors, and each runner's main thread, are at work. */
  readonly processors: number
  readonly runner: number
  /** Milliseconds of processors for one execution. */
  readonly processorMs: number
  /** The shares of executions that found this. */
  readonly found: Readonly<Record<Found, number>>
  /** Sandbox processes of one runner at the end, and their resident memory in MB. */
  readonly processes: number
  readonly memoryMb: number
}

const callersThread = 0
const runnerThread = (runner: number) => 1 + runner

/**
 * Plays a system through. A request passes the callers' thread, a runner's main thread, a sandbox process, PostgreSQL, and back,
 * once for each host call. Service times vary as an exponential distribution does half of the way.
 */
export const simulate = (demand: Demand, setup: Setup): Outcome => {
  const { behind, callers, concurrency, elsewhere, executions, hostCalls, installs, law, runners, sandbox } = setup
  const random = numbers()
  const below = (count: number) => Math.floor(random() * count)
  const varied = (work: number) => work * (0.5 - 0.5 * Math.log(1 - random()))
  const machine = makeProcessors(setup.processors, random)
  const work = (milliseconds: number, done: () => void) =>
    machine.begin([{ thread: null, work: varied(milliseconds) }], done)
  const pools =
    sandbox === undefined
      ? []
      : Array.from({ length: runners }, () =>
          makePool(sandbox.keeps, sandbox.costs, { now: machine.now, at: machine.at, work })
        )
  const admitted = Array.from({ length: runners }, () => 0)
  const queued = Array.from({ length: runners }, (): Array<() => void> => [])
  const took: Array<number> = []
  const found: Array<Found> = []
  const uncounted = Math.floor(executions * (setup.warmUp ?? 0.1))
  const look = () => ({
    now: machine.now(),
    worked: machine.worked(),
    byRunners: admitted.reduce((sum, _, one) => sum + machine.workedBy(runnerThread(one)), 0)
  })
  let first = look()

  const awaited = 1 - behind
  const behindAnswer = behind * (demand.runner + demand.sandbox + demand.database)
  const process = (milliseconds: number): Step => ({ thread: null, work: varied(milliseconds * awaited) })
  const runner = (at: number, milliseconds: number): Step => ({
    thread: runnerThread(at),
    work: milliseconds * awaited
  })

  const stepsOf = (owner: number, asked: number, more: number): ReadonlyArray<Step> => {
    const rounds = hostCalls + 2
    const handed = owner === asked ? [] : [runner(asked, demand.runner * 0.3 + demand.handingOn / 2)]
    const back = owner === asked ? [] : [runner(asked, demand.handingOn / 4)]
    const share = owner === asked ? demand.runner : demand.runner * 0.7 + demand.handingOn / 4
    const inside = Array.from({ length: hostCalls }, () => [
      process(demand.sandbox / (hostCalls + 1)),
      runner(owner, share / rounds),
      process(demand.database / hostCalls)
    ]).flat()
    return [
      { thread: callersThread, work: demand.callers / 2 },
      ...handed,
      runner(owner, share / rounds),
      { thread: null, work: varied(more) },
      ...inside,
      process(demand.sandbox / (hostCalls + 1)),
      runner(owner, share / rounds),
      ...back,
      { thread: callersThread, work: demand.callers / 2 }
    ]
  }

  const leave = (owner: number): void => {
    admitted[owner] = (admitted[owner] ?? 1) - 1
    const following = queued[owner]?.shift()
    if (following !== undefined) enter(owner, following)
  }

  const enter = (owner: number, run: () => void): void => {
    if ((admitted[owner] ?? 0) >= concurrency) {
      queued[owner]?.push(run)
      return
    }
    admitted[owner] = (admitted[owner] ?? 0) + 1
    run()
  }

  const answer = (begun: number): void => {
    took.push(machine.now() - begun)
    if (took.length === uncounted) first = look()
  }

  let turn = 0
  const drawn =
    law === "zipf" ? zipf(installs, random) : law === "alike" ? () => below(installs) : () => turn++ % installs
  const ask = (answered: () => void): void => {
    const begun = machine.now()
    const install = drawn()
    const owner = install % runners
    const asked = random() < elsewhere ? (owner + 1 + below(runners - 1)) % runners : owner
    const pool = pools[owner]
    enter(owner, () => {
      if (pool === undefined) {
        return machine.begin(stepsOf(owner, asked, 0), () => {
          answer(begun)
          work(behindAnswer, () => {})
          leave(owner)
          answered()
        })
      }
      pool.take(install, (taken) => {
        machine.begin(stepsOf(owner, asked, taken.more), () => {
          found.push(taken.found)
          answer(begun)
          pool.answered(taken.process)
          // As in the runner, who is let in next finds the process ready.
          work(behindAnswer + taken.after, () => {
            pool.give(taken.process)
            leave(owner)
          })
          answered()
        })
      })
    })
  }

  if (typeof callers === "number") {
    const again = (): void => ask(again)
    for (let caller = 0; caller < callers; caller++) again()
  } else {
    const next = (left: number): void => {
      if (left === 0) return
      machine.at(machine.now() - (Math.log(1 - random()) * 1_000) / callers.perSecond, () => {
        ask(() => {})
        next(left - 1)
      })
    }
    next(executions)
  }
  machine.run(() => took.length >= executions)

  const counted = took.slice(uncounted).sort((a, b) => a - b)
  const at = (share: number) => counted[Math.min(counted.length - 1, Math.ceil(counted.length * share) - 1)] ?? 0
  const shareOf = (what: Found) =>
    found.slice(uncounted, executions).filter((one) => one === what).length / counted.length
  const last = look()
  const passed = last.now - first.now
  const [pool] = pools
  return {
    perSecond: (counted.length / passed) * 1_000,
    median: at(0.5),
    p99: at(0.99),
    processors: (last.worked - first.worked) / (passed * setup.processors),
    runner: (last.byRunners - first.byRunners) / (passed * runners),
    processorMs: (last.worked - first.worked) / counted.length,
    found: {
      instance: shareOf("instance"),
      process: shareOf("process"),
      loaded: shareOf("loaded"),
      none: shareOf("none")
    },
    processes: pool?.processes() ?? 0,
    memoryMb: pool?.memory() ?? 0
  }
}

/** The demand between what one at a time asks for and what many do, who share wake-ups and writes. */
export const demandAt = (alone: Demand, many: Demand, atATime: number): Demand => {
  const between = (key: keyof Demand) => many[key] + (alone[key] - many[key]) / Math.max(1, atATime)
  return {
    callers: between("callers"),
    runner: between("runner"),
    sandbox: between("sandbox"),
    database: between("database"),
    handingOn: between("handingOn")
  }
}

/** The share of the work behind the answer with which the model does as much as was measured: more makes one caller faster. */
export const behindFor = (demand: Demand, setup: Setup, perSecond: number): number => {
  let [least, most] = [0, 0.9]
  for (let step = 0; step < 12; step++) {
    const half = (least + most) / 2
    if (simulate(demand, { ...setup, behind: half }).perSecond < perSecond) least = half
    else most = half
  }
  return least
}
