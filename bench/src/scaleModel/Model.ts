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

/** A set-up of machines: processors that everything shares, or some for each part. */
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
  /** Time in which nobody works on a request: wake-ups, and what goes over sockets and pipes. Milliseconds. */
  readonly latency: number
  /** The same of handing on, for a request that is. */
  readonly handingLatency: number
  /** Time for which the place of an execution stays taken after its answer, while nobody works for it. Milliseconds. */
  readonly turnover: number
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

/** Work that a request needs next: of a thread that does one thing at a time, or of a process of its own (null). */
interface Step {
  readonly thread: number | null
  readonly work: number
}

interface Request {
  readonly begun: number
  readonly owner: number
  readonly latency: number
  readonly steps: ReadonlyArray<Step>
  next: number
  left: number
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
 * thread, a sandbox process of its own, PostgreSQL, and back, once for each host call. Threads serve their requests in turn;
 * whoever can work shares the processors evenly. Service times vary as an exponential distribution does half of the way.
 */
export const simulate = (demand: Demand, setup: Setup): Outcome => {
  const {
    callers,
    concurrency,
    elsewhere,
    executions,
    handingLatency,
    hostCalls,
    installs,
    latency,
    processors,
    runners,
    turnover
  } = setup
  const random = numbers(7)
  const varied = (work: number) => work * (0.5 - 0.5 * Math.log(1 - random()))
  const callersThread = 0
  const runnerThread = (runner: number) => 1 + runner
  const waiting = new Map<number, Array<Request>>()
  const working = new Set<Request>()
  const admitted = Array.from({ length: runners }, () => 0)
  const queued = Array.from({ length: runners }, (): Array<Request> => [])
  const sleeping: Array<{ readonly at: number; readonly wake: () => void }> = []
  const took: Array<number> = []
  let now = 0
  let busy = 0
  let runnerBusy = 0

  const stepsOf = (owner: number, asked: number): ReadonlyArray<Step> => {
    const rounds = hostCalls + 2
    const runner = (thread: number, work: number): Step => ({ thread: runnerThread(thread), work })
    const handed = owner === asked ? [] : [runner(asked, demand.runner * 0.3 + demand.handingOn / 2)]
    const back = owner === asked ? [] : [runner(asked, demand.handingOn / 4)]
    const share = owner === asked ? demand.runner : demand.runner * 0.7 + demand.handingOn / 4
    const inside = Array.from({ length: hostCalls }, () => [
      { thread: null, work: varied(demand.sandbox / (hostCalls + 1)) },
      runner(owner, share / rounds),
      { thread: null, work: varied(demand.database / hostCalls) }
    ]).flat()
    return [
      { thread: callersThread, work: demand.callers / 2 },
      ...handed,
      runner(owner, share / rounds),
      ...inside,
      { thread: null, work: varied(demand.sandbox / (hostCalls + 1)) },
      runner(owner, share / rounds),
      ...back,
      { thread: callersThread, work: demand.callers / 2 }
    ]
  }

  const begin = (request: Request): void => {
    const step = request.steps[request.next]
    if (step === undefined) {
      finish(request)
      return
    }
    request.left = step.work
    if (step.thread === null) {
      working.add(request)
      return
    }
    const line = waiting.get(step.thread)
    if (line === undefined) {
      waiting.set(step.thread, [])
      working.add(request)
    } else line.push(request)
  }

  const advance = (request: Request): void => {
    const step = request.steps[request.next]
    working.delete(request)
    if (step !== undefined && step.thread !== null) {
      const following = waiting.get(step.thread)?.shift()
      if (following === undefined) waiting.delete(step.thread)
      else working.add(following)
    }
    request.next += 1
    begin(request)
  }

  let turn = 0
  const ask = (): void => {
    const install = turn++ % installs
    const owner = install % runners
    const asked = random() < elsewhere ? (owner + 1 + Math.floor(random() * (runners - 1))) % runners : owner
    const request: Request = {
      begun: now,
      owner,
      latency: latency + (asked === owner ? 0 : handingLatency),
      steps: stepsOf(owner, asked),
      next: 0,
      left: 0
    }
    if ((admitted[owner] ?? 0) < concurrency) admit(request)
    else queued[owner]?.push(request)
  }

  const admit = (request: Request): void => {
    admitted[request.owner] = (admitted[request.owner] ?? 0) + 1
    sleeping.push({ at: now + request.latency, wake: () => begin(request) })
  }

  const free = (owner: number): void => {
    admitted[owner] = (admitted[owner] ?? 1) - 1
    const following = queued[owner]?.shift()
    if (following !== undefined) admit(following)
  }

  const finish = (request: Request): void => {
    took.push(now - request.begun)
    sleeping.push({ at: now + turnover, wake: () => free(request.owner) })
    ask()
  }

  for (let caller = 0; caller < callers; caller++) ask()
  while (took.length < executions) {
    const rate = Math.min(1, processors / Math.max(1, working.size))
    let until = Number.POSITIVE_INFINITY
    for (const { left } of working) until = Math.min(until, now + left / rate)
    for (const { at } of sleeping) until = Math.min(until, at)
    const passed = until - now
    now = until
    busy += passed * Math.min(processors, working.size)
    const done: Array<Request> = []
    for (const request of working) {
      const thread = request.steps[request.next]?.thread ?? 0
      if (thread >= 1 && thread <= runners) runnerBusy += passed * rate
      request.left -= passed * rate
      if (request.left <= 1e-9) done.push(request)
    }
    for (const request of done) advance(request)
    for (let index = sleeping.length - 1; index >= 0; index--) {
      const one = sleeping[index]
      if (one !== undefined && one.at <= now) {
        sleeping.splice(index, 1)
        one.wake()
      }
    }
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

/** The turnover with which the model does as much as was measured: more makes it slower. */
export const turnoverFor = (demand: Demand, setup: Setup, perSecond: number): number => {
  let [least, most] = [0, 50]
  for (let step = 0; step < 12; step++) {
    const half = (least + most) / 2
    if (simulate(demand, { ...setup, turnover: half }).perSecond > perSecond) least = half
    else most = half
  }
  return least
}
