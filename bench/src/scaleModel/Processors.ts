/** Work that comes next: of a thread that does one thing at a time, or of a process of its own (null). */
export interface Step {
  readonly thread: number | null
  /** Milliseconds of a processor. */
  readonly work: number
}

/** Processors that threads and processes share, in simulated milliseconds. */
export interface Processors {
  readonly now: () => number
  /** Takes steps one after the other, then is done. */
  readonly begin: (steps: ReadonlyArray<Step>, done: () => void) => void
  /** Does something at a moment to come. */
  readonly at: (time: number, run: () => void) => void
  /** Lets time pass until it is over, or nothing is left to do. */
  readonly run: (isOver: () => boolean) => void
  /** How long processors were at work, all together. */
  readonly worked: () => number
  /** How long a thread was at work. */
  readonly workedBy: (thread: number) => number
}

/** Steps to take one after the other. */
interface Job {
  readonly steps: ReadonlyArray<Step>
  readonly done: () => void
  next: number
  left: number
  processor: number
}

interface Timer {
  readonly time: number
  readonly run: () => void
}

/**
 * Threads serve their jobs in turn. Whoever wakes goes to one of the processors, by chance, and shares it evenly with whoever is
 * there: one processor may have two to serve while another has none, as the run queues of a kernel do.
 */
export const makeProcessors = (count: number, random: () => number): Processors => {
  const waiting = new Map<number, Array<Job>>()
  const working = new Set<Job>()
  const present = Array.from({ length: count }, () => 0)
  const byThread = new Map<number | null, number>()
  /** Soonest first. */
  let timers: ReadonlyArray<Timer> = []
  let now = 0
  let worked = 0

  const presentAt = ({ processor }: Job): number => present[processor] ?? 0
  const threadOf = (job: Job): number | null => job.steps[job.next]?.thread ?? null

  const wake = (job: Job): void => {
    job.processor = Math.floor(random() * count)
    present[job.processor] = presentAt(job) + 1
    working.add(job)
  }

  const proceed = (job: Job): void => {
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
    const thread = threadOf(job)
    working.delete(job)
    present[job.processor] = presentAt(job) - 1
    if (thread !== null) {
      const following = waiting.get(thread)?.shift()
      if (following === undefined) waiting.delete(thread)
      else wake(following)
    }
    job.next += 1
    proceed(job)
  }

  /** To the next moment at which something ends or is due; false where there is none. */
  const pass = (): boolean => {
    const timer = timers[0]
    let passed = (timer?.time ?? Number.POSITIVE_INFINITY) - now
    for (const job of working) passed = Math.min(passed, job.left * presentAt(job))
    if (passed === Number.POSITIVE_INFINITY) return false
    now += passed
    worked += passed * present.filter((jobs) => jobs > 0).length
    const done: Array<Job> = []
    for (const job of working) {
      const part = passed / presentAt(job)
      byThread.set(threadOf(job), (byThread.get(threadOf(job)) ?? 0) + part)
      job.left -= part
      if (job.left <= 1e-9) done.push(job)
    }
    for (const job of done) advance(job)
    if (timer !== undefined && timer.time <= now + 1e-9) {
      timers = timers.slice(1)
      timer.run()
    }
    return true
  }

  return {
    now: () => now,
    begin: (steps, done) =>
      proceed({ steps: steps.filter(({ work }) => work > 0), done, next: 0, left: 0, processor: 0 }),
    at: (time, run) => {
      const later = timers.findIndex((timer) => timer.time > time)
      const place = later < 0 ? timers.length : later
      timers = [...timers.slice(0, place), { time, run }, ...timers.slice(place)]
    },
    run: (isOver) => {
      while (!isOver() && pass());
    },
    worked: () => worked,
    workedBy: (thread) => byThread.get(thread) ?? 0
  }
}
