import { registerHooks } from "node:module"
import { GlueEncoder } from "./GlueEncoder.ts"

/** What generated glue is imported as. */
export const glueUrl = "alga:glue"

const neededGlobals = new Set([
  ...["Object", "Function", "Array", "Number", "parseFloat", "parseInt", "Infinity", "NaN", "undefined", "Boolean"],
  ...["String", "Symbol", "Date", "Promise", "RegExp", "Error", "AggregateError", "EvalError", "RangeError"],
  ...["ReferenceError", "SyntaxError", "TypeError", "URIError", "SuppressedError", "globalThis", "JSON", "Math"],
  ...["ArrayBuffer", "Uint8Array", "Int8Array", "Uint16Array", "Int16Array", "Uint32Array", "Int32Array"],
  ...["BigUint64Array", "BigInt64Array", "Uint8ClampedArray", "Float32Array", "Float64Array", "DataView", "BigInt"],
  ...["Map", "Set", "WeakMap", "WeakSet", "Iterator", "Proxy", "Reflect"],
  ...["isFinite", "isNaN", "WebAssembly", "TextEncoder", "TextDecoder", "queueMicrotask"]
])

const neededOfProcess = new Set([
  "env",
  "version",
  "versions",
  "nextTick",
  "_tickCallback",
  "_fatalException",
  "emitWarning"
])

const remove = (target: object, needed: ReadonlySet<string>): void => {
  for (const name of Object.getOwnPropertyNames(target)) {
    if (!needed.has(name)) Reflect.deleteProperty(target, name)
  }
}

const ignore = (): void => {}
const silentConsole = Object.freeze({ debug: ignore, error: ignore, info: ignore, log: ignore, warn: ignore })

/**
 * Leaves to the code that loads next nothing but the language, WebAssembly, text coding and a console that says
 * nothing, and lets it import exactly one module: `glue`, by {@link glueUrl}. The permission model is the wall; this takes
 * away what it does not cover, such as signals to other processes, and everything that could run after a request has
 * ended: timers and finalizers. Cannot be undone.
 */
export const harden = (glue: string): void => {
  registerHooks({
    resolve: (specifier) => {
      if (specifier !== glueUrl) throw new Error("imports are closed")
      return { url: specifier, format: "module", shortCircuit: true }
    },
    load: () => ({ format: "module", source: glue, shortCircuit: true })
  })
  remove(process, neededOfProcess)
  Object.defineProperty(process, "env", { value: Object.freeze(Object.create(null)) })
  remove(globalThis, neededGlobals)
  Object.defineProperty(globalThis, "console", { value: silentConsole })
  Object.defineProperty(globalThis, "TextEncoder", { value: GlueEncoder })
}

/** A function that gives up the right to read files for ever. It works after {@link harden} too. */
export const makeReadDropper = (): (() => void) => {
  const permission = process.permission
  return () => permission.drop("fs.read")
}
