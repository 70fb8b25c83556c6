import "./internal/timers.ts"
import { clocklessDate, clocklessPerformance } from "./internal/Clock.ts"
import { hostConsole } from "./internal/Console.ts"
import { QueuedPromise } from "./internal/QueuedPromise.ts"
import { Utf8Decoder, Utf8Encoder } from "./internal/TextCodec.ts"

/**
 * Gives a component the globals that authors and libraries expect. It has to load before anything else does.
 *
 * QuickJS has no `TextEncoder`, `TextDecoder`, `console` or timers, and nobody runs its promise jobs. Promises, jobs
 * and timers are replaced on every engine, so that a handler behaves the same on all. What StarlingMonkey has and
 * cannot keep is taken away: without a source of randomness its `crypto` gives every request the same values, and
 * `fetch` and intervals wait for an event loop that is not there. Where the code uses `fetch` or its classes, the build adds
 * those of `FetchFillIn` and `WebFillIns` behind this.
 */
const missing = {
  ...("TextEncoder" in globalThis ? {} : { TextEncoder: Utf8Encoder }),
  ...("TextDecoder" in globalThis ? {} : { TextDecoder: Utf8Decoder })
}

const replaced = {
  Promise: QueuedPromise,
  Date: clocklessDate(Date),
  performance: clocklessPerformance,
  console: hostConsole
}

const removed = {
  crypto: undefined,
  fetch: undefined,
  Headers: undefined,
  Request: undefined,
  Response: undefined,
  setInterval: undefined,
  clearInterval: undefined
}

for (const [name, value] of Object.entries({ ...missing, ...replaced, ...removed })) {
  Object.defineProperty(globalThis, name, { value, writable: true, configurable: true })
}
Date.prototype.constructor = Date
