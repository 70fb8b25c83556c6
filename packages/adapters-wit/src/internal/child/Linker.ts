import { type CoreGlobal, type CoreInstance, type CoreModule, coreWasm, EngineGlobal } from "./CoreWasm.ts"
import type { AdaptedImport } from "./core/HostCallAdapter.ts"

/** Imports of a core module by module and name. */
export type ImportObject = Readonly<Record<string, Readonly<Record<string, unknown>>>>

/** A core module as it is linked: what it imports of the glue goes through `adapter`. */
export interface Linkable {
  readonly module: CoreModule
  readonly adapter: CoreModule
  readonly adapted: ReadonlyArray<AdaptedImport>
}

type Callable = (...args: ReadonlyArray<unknown>) => unknown

/** The name of the functions in jco's glue that pass a call on to the host. */
const hostCallName = "bound _lowerImportBackwardsCompat"
/** How many arguments `cabi_realloc` takes, which the glue calls to pass the request on. */
const reallocArity = 4

/**
 * Links core instances to the glue, and notes what crosses between them: an instance may serve again only where all that it
 * did was known to leave nothing. That is host calls, made by the handler itself, that ran to their end. Any other function
 * of the glue, and a host call while the glue passes values or from another export, may leave something.
 */
export const makeLinker = () => {
  const own = new Set<unknown>()
  const originals = new Map<unknown, unknown>()
  const kept: Array<unknown> = []
  const glueGlobals: Array<{ readonly global: CoreGlobal; readonly initial: number }> = []
  let glueCalls = 0
  let unusualCalls = 0
  let failure: unknown
  let depth = 0
  let entries = 0
  let inHandler = false

  const passOn =
    (target: Callable): Callable =>
    (...args) => {
      glueCalls += 1
      if (target.name !== hostCallName || depth !== 1 || !inHandler) unusualCalls += 1
      try {
        const result = target(...args)
        if (result instanceof Promise) throw new TypeError("a call that does not end before it returns")
        return result
      } catch (error) {
        failure ??= error
        throw error
      }
    }

  /** What the glue gets instead of a core function, to know when that runs. */
  const enter = (value: Callable): Callable => {
    const begin = (isHandler: boolean): void => {
      if (depth === 0) inHandler = isHandler && entries++ === 0
      depth += 1
    }
    // The glue calls it for each text that it passes: with its arguments named that takes half as long.
    const enteredRealloc: Callable = (a, b, c, d) => {
      begin(false)
      const result = value(a, b, c, d)
      depth -= 1
      return result
    }
    const enteredOther: Callable = (...args) => {
      begin(true)
      const result = value(...args)
      depth -= 1
      return result
    }
    const entered = value.length === reallocArity ? enteredRealloc : enteredOther
    originals.set(entered, value)
    return entered
  }

  const adapt = ({ adapted, adapter }: Linkable, imports: ImportObject): Record<string, Record<string, unknown>> => {
    const object: Record<string, Record<string, unknown>> = Object.create(null)
    const foreign = new Map<string, Callable>()
    for (const [from, names] of Object.entries(imports)) {
      const known: Record<string, unknown> = Object.create(null)
      for (const [name, given] of Object.entries(names)) {
        const value = originals.get(given) ?? given
        known[name] = value
        if (typeof value !== "function" || own.has(value)) {
          kept.push(value)
          continue
        }
        const at = adapted.find((entry) => entry.module === from && entry.name === name)
        if (at === undefined) throw new TypeError("a function of the glue with a type that it cannot have")
        foreign.set(at.adapter, passOn(value as Callable))
      }
      object[from] = known
    }
    if (foreign.size === 0) return object
    const unused = (): never => {
      throw new TypeError("a function that no module imports")
    }
    const functions = Object.fromEntries(adapted.map(({ adapter: name }) => [name, foreign.get(name) ?? unused]))
    const { exports } = new coreWasm.Instance(adapter, { "": functions })
    for (const { adapter: name, module: from, name: as } of adapted) {
      const names = object[from]
      if (foreign.has(name) && names !== undefined) names[as] = exports[name]
    }
    return object
  }

  /** Makes an instance. `extra` are imports that the glue does not know; the second is what the glue may have of it. */
  const instantiate = (
    linkable: Linkable,
    imports: ImportObject,
    extra: ImportObject
  ): readonly [instance: CoreInstance, forGlue: CoreInstance] => {
    const object = adapt(linkable, imports)
    const instance = new coreWasm.Instance(linkable.module, { ...object, ...extra })
    for (const value of Object.values(instance.exports)) own.add(value)
    const exports = Object.entries(instance.exports).map(([name, value]) => [
      name,
      typeof value === "function" ? enter(value as Callable) : value
    ])
    return [instance, { exports: Object.fromEntries(exports) }]
  }

  /** Runs the glue, whose global variables are noted. */
  const run = <A>(glue: () => A): A => {
    const noted = (initial: number): CoreGlobal => {
      const global = new EngineGlobal({ value: "i32", mutable: true }, initial)
      glueGlobals.push({ global, initial })
      return global
    }
    coreWasm.Global = new Proxy(EngineGlobal, { construct: (_, [, value]) => noted(value as number) })
    try {
      return glue()
    } finally {
      coreWasm.Global = EngineGlobal
    }
  }

  return {
    instantiate,
    run,
    /** Begins a request: sets back what the glue's global variables and this count of calls hold. */
    reset: (): void => {
      entries = 0
      for (const { global, initial } of glueGlobals) global.value = initial
    },
    /** How often core instances called the glue. */
    glueCalls: (): number => glueCalls,
    /** How many of these calls may have left something. */
    unusualCalls: (): number => unusualCalls,
    /** What the first call of the glue that failed threw; such a failure is a trap for the code. */
    failure: (): unknown => failure,
    /** Whether all that the instances share with the glue is known. */
    sharesNothingElse: (): boolean =>
      kept.every((value) => own.has(value) || glueGlobals.some(({ global }) => global === value))
  }
}
