import "./internal/timers.ts"
import { requestDate, requestPerformance } from "./internal/Clock.ts"
import { hostConsole } from "./internal/Console.ts"
import { fromAsync } from "./internal/fromAsync.ts"
import { guardLocales } from "./internal/localeGuards.ts"
import { QueuedPromise } from "./internal/QueuedPromise.ts"
import { setGlobal, setRandom } from "./internal/setGlobal.ts"
import { Utf8Decoder, Utf8Encoder } from "./internal/TextCodec.ts"

/**
 * Gives a component the globals that every one has. It has to load before anything else does.
 *
 * QuickJS has no `TextEncoder`, `TextDecoder`, `console` or timers, and nobody runs its promise jobs. Promises, jobs
 * and timers are replaced on every engine, so that a handler behaves the same on all. What StarlingMonkey alone has is
 * taken away: most of it waits for an event loop that is not there. What only some code uses, such as `URL` and `fetch`,
 * the build adds behind this: see `Globals`.
 */
const ofStarlingMonkey =
  "AbortController AbortSignal Blob ByteLengthQueuingStrategy CompressionStream CountQueuingStrategy Crypto CryptoKey " +
  "CustomEvent DecompressionStream Event EventTarget File FormData Headers MultipartFormData Performance " +
  "ReadableByteStreamController ReadableStream ReadableStreamBYOBReader ReadableStreamBYOBRequest " +
  "ReadableStreamDefaultController ReadableStreamDefaultReader Request Response SubtleCrypto TransformStream URL " +
  "URLSearchParams WorkerLocation WritableStream addEventListener crypto dispatchEvent fetch location " +
  "removeEventListener self structuredClone"
const ofQuickJS = "SharedArrayBuffer"

for (const name of [...ofStarlingMonkey.split(" "), ofQuickJS, "AsyncDisposableStack"]) {
  if (name in globalThis && !Reflect.deleteProperty(globalThis, name)) setGlobal(name, undefined)
}

if (!("TextEncoder" in globalThis)) setGlobal("TextEncoder", Utf8Encoder)
if (!("TextDecoder" in globalThis)) setGlobal("TextDecoder", Utf8Decoder)

const NativeDate = globalThis.Date
setGlobal("Promise", QueuedPromise)
Object.defineProperty(Array, "fromAsync", { value: fromAsync, writable: true, configurable: true })
setGlobal("Date", requestDate(NativeDate))
setGlobal("performance", requestPerformance)
setGlobal("console", hostConsole)
setRandom(() => {
  throw new Error("Math: the build did not find this use of random: write it out as a call on Math")
})
NativeDate.prototype.constructor = globalThis.Date
guardLocales()
