import { limitCoreMemories } from "./CoreMemory.ts"
import {
  type CoreGlobal,
  type CoreInstance,
  type CoreLinearMemory,
  type CoreModule,
  coreWasm,
  EngineGlobal,
  pageBytes
} from "./CoreWasm.ts"
import { type ImportObject, makeLinker, NotRestorable } from "./Linker.ts"
import type { Load, LoadedModule } from "./Messages.ts"

type Component = { readonly handler: (request: unknown) => unknown }

/** What the generated glue offers. */
export interface Glue {
  readonly instantiate: (
    coreModule: (name: string) => CoreModule,
    imports: Readonly<Record<string, object>>,
    instantiateCore: (module: CoreModule, imports?: ImportObject) => CoreInstance
  ) => Component
}

/** An instance of a component that has not seen a request yet, or not a trace of one. */
export interface GuestInstance {
  readonly handler: (request: unknown) => unknown
  /** Why it cannot be set back after a request, as far as that can be told before; null where it can. */
  readonly obstacle: () => string | null
  /** Sets everything back that a request may have changed. Throws {@link NotRestorable} where that is not possible. */
  readonly restore: () => void
}

interface Compiled extends LoadedModule {
  readonly module: CoreModule
}

/** Not 0 once an instance was refused more memory. One for all, as one runs at a time; no code of a guest can reach it. */
const refused = new EngineGlobal({ value: "i32", mutable: true }, 0)

/** Whether memory was refused since this was asked last. */
export const takeMemoryRefused = (): boolean => {
  const was = refused.value !== 0
  refused.value = 0
  return was
}

const pagesOf = (memory: CoreLinearMemory): number => memory.buffer.byteLength / pageBytes

const instantiate = (
  load: Load,
  glue: Glue,
  imports: Readonly<Record<string, object>>,
  modules: ReadonlyArray<Compiled>,
  headroom: number
): GuestInstance => {
  const linker = makeLinker()
  const sizes = new Map<CoreLinearMemory, CoreGlobal>()
  const memories: Array<{ readonly memory: CoreLinearMemory; readonly most: number }> = []
  const globals: Array<CoreGlobal> = []
  let pages = 0

  const coreModule = (name: string): CoreModule => {
    const found = modules.find((module) => module.name === name)
    if (found === undefined) throw new Error("the glue asks for a module that is not there")
    return found.module
  }

  const sizeOf = (memory: CoreLinearMemory | undefined, minimum: number): CoreGlobal => {
    const known = memory === undefined ? undefined : sizes.get(memory)
    const size = known ?? new EngineGlobal({ value: "i32", mutable: true }, memory ? pagesOf(memory) : minimum)
    if (memory !== undefined) sizes.set(memory, size)
    return size
  }

  const importedMemory = (object: ImportObject): CoreLinearMemory | undefined =>
    Object.values(object)
      .flatMap((names) => Object.values(names))
      .find((value): value is CoreLinearMemory => value instanceof coreWasm.Memory)

  const instantiateCore = (module: CoreModule, object: ImportObject = {}): CoreInstance => {
    const compiled = modules.find((other) => other.module === module)
    if (compiled === undefined) throw new Error("the glue makes a module of its own")
    pages += compiled.maxima.reduce((sum, maximum) => sum + maximum, 0)
    if (pages > load.pages) throw new coreWasm.RuntimeError("the memories of one instance exceed the limit")
    const { state } = compiled
    if (state === null) return linker.instantiate(module, object, {})
    const size = state.pages ? sizeOf(importedMemory(object), compiled.minima[0] ?? 0) : undefined
    const instance = linker.instantiate(
      module,
      object,
      size === undefined ? {} : { [state.marker]: { pages: size, refused } }
    )
    for (const [i, name] of state.memories.entries()) {
      const memory = instance.exports[name] as CoreLinearMemory
      memories.push({ memory, most: compiled.maxima[i] ?? 0 })
      if (size !== undefined) sizes.set(memory, size)
    }
    for (const name of state.globals) globals.push(instance.exports[name] as CoreGlobal)
    return instance
  }

  let component = linker.first(() => glue.instantiate(coreModule, imports, instantiateCore))

  const obstacleAtStart =
    linker.glueCalls() > 0
      ? "call-at-start"
      : (load.unrestorable ?? (linker.sharesNothingElse() ? null : "shared-with-glue"))
  if (obstacleAtStart !== null) {
    return {
      handler: (request) => component.handler(request),
      obstacle: () => obstacleAtStart,
      restore: () => {
        throw new NotRestorable(obstacleAtStart)
      }
    }
  }

  for (const { memory, most } of memories) {
    const size = sizes.get(memory)
    if (size !== undefined) memory.grow(Math.max(0, Math.min(headroom, most - pagesOf(memory))))
  }
  const savedMemories = memories.map(({ memory }) => {
    const seen = Number(sizes.get(memory)?.value ?? pagesOf(memory)) * pageBytes
    return { memory, bytes: memory.buffer.byteLength, copy: new Uint8Array(memory.buffer, 0, seen).slice() }
  })
  const savedGlobals = [...globals, ...sizes.values()].map((global) => ({ global, value: global.value }))
  for (const { global, value } of savedGlobals) global.value = value
  const obstacle = () =>
    savedMemories.every(({ memory, bytes }) => memory.buffer.byteLength === bytes) ? null : "memory-grown"

  return {
    handler: (request) => component.handler(request),
    obstacle,
    restore: () => {
      const why = obstacle()
      if (why !== null) throw new NotRestorable(why)
      for (const { memory, copy } of savedMemories) {
        const bytes = new Uint8Array(memory.buffer)
        bytes.set(copy)
        bytes.fill(0, copy.byteLength)
      }
      for (const { global, value } of savedGlobals) global.value = value
      if (linker.isGlueAsNew()) linker.resetGlobals()
      else component = linker.again((instantiateAgain) => glue.instantiate(coreModule, imports, instantiateAgain))
    }
  }
}

/**
 * Compiles a component's core modules with their memories bounded. Each instance that it then makes has memory of its
 * own, all of it together within the limit, even where a module is instantiated more than once. Of memory that code grows,
 * `headroom` pages are there from the start, out of the code's sight, so that growing by so much can be undone.
 */
export const prepare = (
  load: Load,
  bytes: ReadonlyArray<Uint8Array>,
  glue: Glue,
  imports: Readonly<Record<string, object>>
): ((headroom: number) => GuestInstance) => {
  const modules = load.modules.map((module, i) => ({
    ...module,
    module: new coreWasm.Module(limitCoreMemories(bytes[i] ?? new Uint8Array(), module.maxima))
  }))
  return (headroom) => instantiate(load, glue, imports, modules, headroom)
}
