import { type CoreGlobal, type CoreInstance, type CoreModule, coreWasm, EngineGlobal } from "./CoreWasm.ts"

/** Imports of a core module by module and name. */
export type ImportObject = Readonly<Record<string, Readonly<Record<string, unknown>>>>

/** Why an instance cannot be used for another request. */
export class NotRestorable extends Error {}

type Callable = (...args: ReadonlyArray<unknown>) => unknown

interface Linked {
  readonly module: CoreModule
  readonly instance: CoreInstance
  readonly forwards: ReadonlyArray<{ readonly from: string; readonly name: string; target: Callable }>
  readonly kept: ReadonlyArray<{ readonly from: string; readonly name: string; readonly value: unknown }>
}

/** The name of the functions in jco's glue that pass a call on to the host. */
const hostCallName = "bound _lowerImportBackwardsCompat"

const at = (imports: ImportObject, from: string, name: string): unknown => imports[from]?.[name]

/**
 * Links core instances to the glue in a way that another run of the glue can take the place of the first: functions of the
 * glue are called through a step in between, and global variables that it makes are the same ones again.
 */
export const makeLinker = () => {
  const own = new Set<unknown>()
  const linked: Array<Linked> = []
  const glueGlobals: Array<{ readonly global: CoreGlobal; readonly initial: number }> = []
  let glueCalls = 0
  let asNew = true

  const forward = (value: Callable, from: string, name: string, forwards: Array<Linked["forwards"][number]>) => {
    const step = { from, name, target: value }
    const isHostCall = value.name === hostCallName
    forwards.push(step)
    return (...args: ReadonlyArray<unknown>): unknown => {
      glueCalls += 1
      asNew &&= isHostCall
      return step.target(...args)
    }
  }

  /** Makes an instance for the glue's first run. `extra` are imports that the glue does not know. */
  const instantiate = (module: CoreModule, imports: ImportObject, extra: ImportObject): CoreInstance => {
    const forwards: Array<Linked["forwards"][number]> = []
    const kept: Array<Linked["kept"][number]> = []
    const object: Record<string, Record<string, unknown>> = Object.create(null)
    for (const [from, names] of Object.entries(imports)) {
      const entries: Record<string, unknown> = Object.create(null)
      for (const [name, value] of Object.entries(names)) {
        const foreign = typeof value === "function" && !own.has(value)
        if (!foreign) kept.push({ from, name, value })
        entries[name] = foreign ? forward(value as Callable, from, name, forwards) : value
      }
      object[from] = entries
    }
    const instance = new coreWasm.Instance(module, { ...object, ...extra })
    for (const value of Object.values(instance.exports)) own.add(value)
    linked.push({ module, instance, forwards, kept })
    return instance
  }

  const relink = (entry: Linked | undefined, module: CoreModule, imports: ImportObject): CoreInstance => {
    if (entry === undefined || entry.module !== module) throw new NotRestorable("glue-changed")
    for (const { from, name, value } of entry.kept) {
      if (at(imports, from, name) !== value) throw new NotRestorable("glue-changed")
    }
    for (const step of entry.forwards) {
      const target = at(imports, step.from, step.name)
      if (typeof target !== "function" || own.has(target)) throw new NotRestorable("glue-changed")
      step.target = target as Callable
    }
    return entry.instance
  }

  const withGlobals = <A>(make: (value: number) => CoreGlobal, run: () => A): A => {
    coreWasm.Global = new Proxy(EngineGlobal, { construct: (_, [, value]) => make(value as number) })
    try {
      return run()
    } finally {
      coreWasm.Global = EngineGlobal
    }
  }

  return {
    instantiate,
    /** Runs the glue for the first time. */
    first: <A>(run: () => A): A =>
      withGlobals((initial) => {
        const global = new EngineGlobal({ value: "i32", mutable: true }, initial)
        glueGlobals.push({ global, initial })
        return global
      }, run),
    /** Runs the glue again with the instances that are there; nothing of its run before is left. */
    again: <A>(run: (instantiateCore: (module: CoreModule, imports?: ImportObject) => CoreInstance) => A): A => {
      let instances = 0
      let globals = 0
      const result = withGlobals(
        (initial) => {
          const entry = glueGlobals[globals++]
          if (entry === undefined || entry.initial !== initial) throw new NotRestorable("glue-changed")
          entry.global.value = initial
          return entry.global
        },
        () => run((module, imports = {}) => relink(linked[instances++], module, imports))
      )
      if (instances !== linked.length || globals !== glueGlobals.length) throw new NotRestorable("glue-changed")
      asNew = true
      return result
    },
    /**
     * Whether the core instances called nothing of the glue since its last run but the host. Such a call leaves nothing
     * there that code could find: what has state for code, such as handles of resources, is behind other functions.
     */
    isGlueAsNew: (): boolean => asNew,
    /** Sets the global variables that the glue made back. */
    resetGlobals: (): void => {
      for (const { global, initial } of glueGlobals) global.value = initial
    },
    /** How often a core instance called the glue. */
    glueCalls: (): number => glueCalls,
    /** Whether all that the instances share with the glue is known. */
    sharesNothingElse: (): boolean =>
      linked.every(({ kept }) =>
        kept.every(({ value }) => own.has(value) || glueGlobals.some(({ global }) => global === value))
      )
  }
}
