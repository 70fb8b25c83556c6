import { jobs } from "./jobs.ts"

type Callback = (...args: ReadonlyArray<unknown>) => void

Object.assign(globalThis, {
  setTimeout: (run: Callback, delayMs = 0, ...args: ReadonlyArray<unknown>): number =>
    jobs.setTimer(() => run(...args), delayMs),
  clearTimeout: jobs.clearTimer,
  queueMicrotask: jobs.enqueue
})
