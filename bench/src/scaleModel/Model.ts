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
  /** Callers that each ask again as soon as they are answered. */
  readonly callers: number
  readonly installs: number
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
}

/** Work that comes next: of a thread that does one thing at a time, or of a process of its own (null). */
interface Step {
  readonly thread: number | null
  readonly work: number
}

/** Steps to take one after the other. */
interface Job {
  readonly steps: ReadonlyArray<Step>
  readonly done: () => void
  next: number
  left: number
  processor: number
}

/** A generator of numbers from 0 to 1, always the same: a simulation that is run again says the same. */
const numbers = (seed: number) => {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0
    return (state >>> 0) / 2 ** 32
  }
}

/**
 * Plays a closed system through: each caller asks, waits, and asks again. A request passes the callers' thread, a runner's main
 * thread, a sandbox process of its own, PostgreSQL, and back, once for each host call. Threads serve their requests in turn.
 * Whoever wakes goes to one of the processors, by chance, and shares it evenly with whoever is there: one processor may have
 * two to serve while another has none, as the run queues of a kernel do. Service times vary as an exponential distribution
 * does half of the way.
 */
export const simulate = (demand: Demand, setup: Setup): Outcome => {
  const { behind, callers, concurrency, elsewhere, executions, hostCalls, installs, processors, runners } = setup
  const random = numbers(7)
  const below = (count: number) => Math.floor(random() * count)
  const varied = (work: number) => work * (0.5 - 0.5 * Math.log(1 - random()))
  const callersThread = 0
  const runnerThread = (runner: number) => 1 + runner
  const waiting = new Map<number, Array<Job>>()
  const working = new Set<Job>()
  const present = Array.from({ length: processors }, () => 0)
  const admitted = Array.from({ length: runners }, () => 0)
  const queued = Array.from({ length: runners }, (): Array<Job> => [])
  const took: Array<number> = []
  let now = 0
  let busy = 0
  let runnerBusy = 0

  const awaited = 1 - behind
  const behindAnswer = behind * (demand.runner + demand.sandbox + demand.database)
  const process = (work: number): Step => ({ thread: null, work: varied(work * awaited) })
  const runner = (thread: number, work: number): Step => ({ thread: runnerThread(thread), work: work * awaited })

  const stepsOf = (owner: number, asked: number): ReadonlyArray<Step> => {
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
      ...inside,
      process(demand.sandbox / (hostCalls + 1)),
      runner(owner, share / rounds),
      ...back,
      { thread: callersThread, work: demand.callers / 2 }
    ]
  }

  const wake = (job: Job): void => {
    job.processor = below(processors)
    present[job.processor] = presentAt(job) + 1
    working.add(job)
  }
  const presentAt = ({ processor }: Job): number => present[processor] ?? 0

  const begin = (job: Job): void => {
    const step = job.steps[job.next]
    if (step === undefined) {
      job.done()
      return
    }
    job.left = step.work
    const line = step.thread === null ? undefined : waiting.get(step.thread)
    if (line !== undefined) {
      line.push(job)
      return
    }
    if (step.thread !== null) waiting.set(step.thread, [])
    wake(job)
  }

  const advance = (job: Job): void => {
    const thread = job.steps[job.next]?.thread ?? null
    working.delete(job)
    present[job.processor] = presentAt(job) - 1
    if (thread !== null) {
      const following = waiting.get(thread)?.shift()
      if (following === undefined) waiting.delete(thread)
      else wake(following)
    }
    job.next += 1
    begin(job)
  }

  const jobOf = (steps: ReadonlyArray<Step>, done: () => void): Job => ({ steps, done, next: 0, left: 0, processor: 0 })

  let turn = 0
  const ask = (): void => {
    const begun = now
    const owner = (turn++ % installs) % runners
    const asked = random() < elsewhere ? (owner + 1 + below(runners - 1)) % runners : owner
    const request = jobOf(stepsOf(owner, asked), () => {
      took.push(now - begun)
      begin(jobOf([{ thread: null, work: varied(behindAnswer) }], () => {}))
      admitted[owner] = (admitted[owner] ?? 1) - 1
      const following = queued[owner]?.shift()
      if (following !== undefined) admit(following, owner)
      ask()
    })
    if ((admitted[owner] ?? 0) < concurrency) admit(request, owner)
    else queued[owner]?.push(request)
  }

  const admit = (request: Job, owner: number): void => {
    admitted[owner] = (admitted[owner] ?? 0) + 1
    begin(request)
  }

  for (let caller = 0; caller < callers; caller++) ask()
  while (took.length < executions) {
    let passed = Number.POSITIVE_INFINITY
    for (const job of working) passed = Math.min(passed, job.left * presentAt(job))
    now += passed
    busy += passed * present.filter((count) => count > 0).length
    const done: Array<Job> = []
    for (const job of working) {
      const part = passed / presentAt(job)
      const thread = job.steps[job.next]?.thread ?? callersThread
      if (thread !== callersThread) runnerBusy += part
      job.left -= part
      if (job.left <= 1e-9) done.push(job)
    }
    for (const job of done) advance(job)
  }
  const counted = took.slice(Math.floor(executions / 10)).sort((a, b) => a - b)
  const at = (share: number) => counted[Math.min(counted.length - 1, Math.ceil(counted.length * share) - 1)] ?? 0
  return {
    perSecond: (took.length / now) * 1_000,
    median: at(0.5),
    p99: at(0.99),
    processors: busy / (now * processors),
    runner: runnerBusy / (now * runners)
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
