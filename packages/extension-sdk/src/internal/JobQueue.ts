interface Timer {
  readonly due: number
  readonly order: number
  readonly run: () => void
  /** In milliseconds, for a timer that runs again and again; null for one that runs once. */
  readonly every: number | null
}

/** How many timers may be set for one request. Each run of an interval counts as one. */
const mostTimers = 10_000

const isBefore = (a: Timer, b: Timer): boolean => a.due < b.due || (a.due === b.due && a.order < b.order)

/** Timers in order of when they are due: a heap, the first at its root. */
class TimerHeap {
  readonly #timers: Array<Timer> = []

  push(timer: Timer): void {
    const timers = this.#timers
    let at = timers.push(timer) - 1
    while (at > 0) {
      const above = (at - 1) >> 1
      const parent = timers[above] as Timer
      if (isBefore(parent, timer)) break
      timers[at] = parent
      at = above
    }
    timers[at] = timer
  }

  pop(): Timer | null {
    const timers = this.#timers
    const first = timers[0]
    const last = timers.pop()
    if (first === undefined || last === undefined) return null
    if (timers.length > 0) this.#sink(last)
    return first
  }

  #sink(timer: Timer): void {
    const timers = this.#timers
    let at = 0
    for (;;) {
      const left = 2 * at + 1
      const right = left + 1
      if (left >= timers.length) break
      const least = right < timers.length && isBefore(timers[right] as Timer, timers[left] as Timer) ? right : left
      if (isBefore(timer, timers[least] as Timer)) break
      timers[at] = timers[least] as Timer
      at = least
    }
    timers[at] = timer
  }
}

/**
 * Promise jobs and timers, run to the end by whoever owns the queue. It stands in for an event loop where the engine
 * has none: jobs run in order; a timer runs when no job is left, in order of its delay, without waiting.
 */
export class JobQueue {
  #jobs: Array<() => void> = []
  #timers = new TimerHeap()
  readonly #active = new Set<number>()
  #now = 0
  #started = 0
  #set = 0
  readonly #onThrow: (error: unknown) => void

  /** `onThrow` hears of a job that throws; the jobs behind it still run. */
  constructor(onThrow: (error: unknown) => void) {
    this.#onThrow = onThrow
  }

  /** Adds a job behind all others. */
  readonly enqueue = (job: () => void): void => {
    this.#jobs.push(job)
  }

  /**
   * Adds a timer and gives its number. A delay only orders timers: nothing waits, and no clock is read. Throws a `RangeError`
   * where the request has set {@link mostTimers} already.
   */
  readonly setTimer = (run: () => void, delayMs: number, repeats = false): number => {
    const number = ++this.#started
    const delay = Math.max(0, delayMs || 0)
    this.#add({ due: this.#now + delay, order: number, run, every: repeats ? Math.max(1, delay) : null })
    this.#active.add(number)
    return number
  }

  /** Takes a timer out before it runs. */
  readonly clearTimer = (timer: number): void => {
    this.#active.delete(timer)
  }

  /** Forgets how many timers were set, and all that did not run. */
  reset(): void {
    this.#jobs = []
    this.#timers = new TimerHeap()
    this.#active.clear()
    this.#now = 0
    this.#set = 0
  }

  /** Runs until neither job nor timer is left. What repeats stops when `isOver` says that nobody waits for it. */
  drain(isOver: () => boolean = () => true): void {
    this.#runJobs()
    for (let timer = this.#timers.pop(); timer !== null; timer = this.#timers.pop()) {
      const { due, every, order, run } = timer
      if (!this.#active.has(order) || (every !== null && isOver())) continue
      this.#now = due
      if (every === null) this.#active.delete(order)
      this.#attempt(run)
      this.#runJobs()
      if (every !== null && this.#active.has(order)) this.#attempt(() => this.#add({ ...timer, due: due + every }))
    }
  }

  #add(timer: Timer): void {
    if (this.#set >= mostTimers) {
      throw new RangeError(
        `an extension may set ${mostTimers} timers a request: wait for promises instead of asking again`
      )
    }
    this.#set += 1
    this.#timers.push(timer)
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
}
