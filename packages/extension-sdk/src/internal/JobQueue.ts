interface Timer {
  readonly due: number
  readonly order: number
  readonly run: () => void
}

/**
 * Promise jobs and timers, run to the end by whoever owns the queue. It stands in for an event loop where the engine
 * has none: jobs run in order; a timer runs when no job is left, in order of its delay, without waiting.
 */
export class JobQueue {
  #jobs: Array<() => void> = []
  readonly #timers = new Map<number, Timer>()
  #now = 0
  #started = 0
  readonly #onThrow: (error: unknown) => void

  /** `onThrow` hears of a job that throws; the jobs behind it still run. */
  constructor(onThrow: (error: unknown) => void) {
    this.#onThrow = onThrow
  }

  /** Adds a job behind all others. */
  readonly enqueue = (job: () => void): void => {
    this.#jobs.push(job)
  }

  /** Adds a timer and gives its number. A delay only orders timers: nothing waits, and no clock is read. */
  readonly setTimer = (run: () => void, delayMs: number): number => {
    const order = ++this.#started
    this.#timers.set(order, { due: this.#now + Math.max(0, delayMs || 0), order, run })
    return order
  }

  /** Takes a timer out before it runs. */
  readonly clearTimer = (timer: number): void => {
    this.#timers.delete(timer)
  }

  /** Runs until neither job nor timer is left. */
  drain(): void {
    this.#runJobs()
    for (let timer = this.#next(); timer !== null; timer = this.#next()) {
      this.#timers.delete(timer.order)
      this.#now = timer.due
      this.#attempt(timer.run)
      this.#runJobs()
    }
  }

  #runJobs(): void {
    while (this.#jobs.length > 0) {
      const batch = this.#jobs
      this.#jobs = []
      for (const job of batch) this.#attempt(job)
    }
  }

  #attempt(run: () => void): void {
    try {
      run()
    } catch (error) {
      this.#onThrow(error)
    }
  }

  #next(): Timer | null {
    let first: Timer | null = null
    for (const timer of this.#timers.values()) {
      if (first === null || timer.due < first.due) first = timer
    }
    return first
  }
}
