import "./internal/timers.ts"
import { hostConsole } from "./internal/Console.ts"
import { QueuedPromise } from "./internal/QueuedPromise.ts"
import { Utf8Decoder, Utf8Encoder } from "./internal/TextCodec.ts"

/**
 * Gives a component the globals that authors and libraries expect. It has to load before anything else does.
 *
 * QuickJS has no `TextEncoder`, `TextDecoder`, `console` or timers, and nobody runs its promise jobs. Promises, jobs
 * and timers are replaced on every engine, so that a handler behaves the same on all.
 */
const missing = {
  ...("TextEncoder" in globalThis ? {} : { TextEncoder: Utf8Encoder }),
  ...("TextDecoder" in globalThis ? {} : { TextDecoder: Utf8Decoder })
}

Object.assign(globalThis, missing, { Promise: QueuedPromise, console: hostConsole })
