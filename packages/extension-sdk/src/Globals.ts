/**
 * Where a global comes from in a component.
 *
 * - `engine`: both engines have it, as the standard says.
 * - `replaced`: every component has the SDK's own.
 * - `added`: the build puts it into a component whose code uses it.
 */
export type GlobalOrigin = "engine" | "replaced" | "added"

const from = (origin: GlobalOrigin, names: string): ReadonlyArray<readonly [string, GlobalOrigin]> =>
  names.split(" ").map((name) => [name, origin])

/** The globals that a component can use on every engine, by name. A test compares them with what the engines have. */
export const globals: Readonly<Record<string, GlobalOrigin>> = Object.fromEntries([
  ...from("engine", "Object Function Array String Number Boolean Symbol BigInt RegExp JSON Reflect Proxy Iterator"),
  ...from("engine", "Map Set WeakMap WeakSet WeakRef FinalizationRegistry ArrayBuffer DataView"),
  ...from("engine", "Int8Array Uint8Array Uint8ClampedArray Int16Array Uint16Array Int32Array Uint32Array"),
  ...from("engine", "BigInt64Array BigUint64Array Float16Array Float32Array Float64Array"),
  ...from("engine", "Error AggregateError EvalError RangeError ReferenceError SyntaxError TypeError URIError"),
  ...from("engine", "SuppressedError InternalError DOMException DisposableStack"),
  ...from("engine", "globalThis undefined NaN Infinity isFinite isNaN parseFloat parseInt eval escape unescape"),
  ...from("engine", "encodeURI encodeURIComponent decodeURI decodeURIComponent atob btoa"),
  ...from("replaced", "Promise Date Math performance console TextEncoder TextDecoder"),
  ...from("replaced", "setTimeout clearTimeout setInterval clearInterval queueMicrotask"),
  ...from("added", "fetch Headers Request Response URL URLSearchParams structuredClone crypto"),
  ...from("added", "AbortController AbortSignal Event EventTarget CustomEvent")
])

const without = (substitute: string, names: string): ReadonlyArray<readonly [string, string]> =>
  names.split(" ").map((name) => [name, substitute])

const wholeBodies = "arrayBuffer(), bytes(), text() or json(): a body is there as a whole"
const oneRequest = "fetch: a request and its answer"
const oneThread = "plain functions: a component has one thread"
const ownPage = "the page of the extension, in ui/: a handler has no browser"

/**
 * The globals that Node, browsers or one of the engines have and a component does not, each with what to use instead. Who
 * reads one of them in a component gets a `ReferenceError` that says so; `typeof` gives `"undefined"`.
 */
export const missingGlobals: Readonly<Record<string, string>> = Object.fromEntries([
  ...without("formatMoney, formatDate and collator of @alga-psa/ext-extension-sdk", "Intl"),
  ...without("Date, and formatDate of @alga-psa/ext-extension-sdk", "Temporal"),
  ...without("Uint8Array with toBase64() and toHex(), and TextEncoder", "Buffer Blob File FileReader"),
  ...without("host.secrets for settings and secrets", "process"),
  ...without("import", "require module exports importScripts"),
  ...without("a constant in the code: a component has no files", "__dirname __filename"),
  ...without("globalThis", "global self"),
  ...without("await in try and finally", "AsyncDisposableStack"),
  ...without("setTimeout", "setImmediate requestAnimationFrame requestIdleCallback"),
  ...without("clearTimeout", "clearImmediate cancelAnimationFrame cancelIdleCallback"),
  ...without("console.error", "reportError"),
  ...without(oneRequest, "XMLHttpRequest WebSocket EventSource WebTransport RTCPeerConnection"),
  ...without("a text or bytes as the body", "FormData"),
  ...without(wholeBodies, "ReadableStream WritableStream TransformStream TextEncoderStream TextDecoderStream"),
  ...without(wholeBodies, "ReadableStreamDefaultReader ReadableStreamBYOBReader ReadableStreamBYOBRequest"),
  ...without(wholeBodies, "ReadableByteStreamController ReadableStreamDefaultController"),
  ...without(
    wholeBodies,
    "WritableStreamDefaultWriter WritableStreamDefaultController TransformStreamDefaultController"
  ),
  ...without(wholeBodies, "ByteLengthQueuingStrategy CountQueuingStrategy"),
  ...without("a library in JavaScript, such as fflate", "CompressionStream DecompressionStream"),
  ...without(oneThread, "Worker SharedWorker ServiceWorker MessageChannel MessagePort MessageEvent BroadcastChannel"),
  ...without("ArrayBuffer: a component has one thread", "SharedArrayBuffer"),
  ...without("plain variables: a component has one thread", "Atomics"),
  ...without("code in JavaScript", "WebAssembly"),
  ...without("host.storage", "localStorage sessionStorage indexedDB caches"),
  ...without("parseRequestUrl of @alga-psa/ext-extension-sdk", "URLPattern"),
  ...without("request.http.url, the handler's argument", "location"),
  ...without("crypto", "Crypto CryptoKey SubtleCrypto"),
  ...without("performance", "Performance PerformanceEntry PerformanceMark PerformanceMeasure PerformanceObserver"),
  ...without(ownPage, "window document navigator history screen alert confirm prompt open close"),
  ...without(ownPage, "Element HTMLElement Node DOMParser XMLSerializer Image Audio Notification"),
  ...without("request.http, the handler's argument", "addEventListener removeEventListener dispatchEvent")
])

/** What a missing global says to whoever reads it. */
export const missingGlobalMessage = (name: string, substitute: string): string =>
  `an extension has no ${name}: use ${substitute}`
