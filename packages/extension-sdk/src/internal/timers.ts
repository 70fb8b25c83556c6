import { jobs } from "./jobs.ts"
import { setGlobal } from "./setGlobal.ts"

type Callback = (...args: ReadonlyArray<unknown>) => void

const timer =
  (name: string, repeats: boolean) =>
  (run: Callback, delayMs = 0, ...args: ReadonlyArray<unknown>): number => {
    if (typeof run !== "function") throw new TypeError(`${name}: must be given a function`)
    return jobs.setTimer(() => run(...args), Number(delayMs), repeats)
  }

setGlobal("setTimeout", timer("setTimeout", false))
setGlobal("setInterval", timer("setInterval", true))
setGlobal("clearTimeout", jobs.clearTimer)
setGlobal("clearInterval", jobs.clearTimer)
setGlobal("queueMicrotask", (job: Callback) => {
  if (typeof job !== "function") throw new TypeError("queueMicrotask: must be given a function")
  jobs.enqueue(() => job())
})
