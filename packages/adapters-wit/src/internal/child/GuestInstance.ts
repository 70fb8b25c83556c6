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
import { hostCallAdapter } from "./core/HostCallAdapter.ts"
import { type ImportObject, type Linkable, makeLinker } from "./Linker.ts"
import type { Load, LoadedModule } from "./Messages.ts"
import { nothing, type Snapshot, setBack, snapshotOf, WrittenPages } from "./Snapshot.ts"

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
  /** Bytes of its memories as its code sees them: they never shrink, so the most of its request. 0 where that is not known. */
  readonly memoryBytes: () => number
  /** Why it cannot serve again after what it did so far; null where it can. */
  readonly obstacle: () => string | null
  /** Sets everything back that a request may have changed. Only where there is no obstacle. */
  readonly restore: () => void
  /** Overwrites all that a request may have left, as far as it can be reached. It must not serve again. */
  readonly wipe: () => void
  /** Memory that it takes for itself, in bytes, as far as is known. */
  readonly bytes: () => number
}

type Compiled = LoadedModule & Linkable

/**
 * Pages of memory that are there from the start, out of the code's sight, so that growing by so much can be undone. The
 * same for every instance: what an instance can see of it must not tell what ran before.
 */
export const headroomPages = 96

/** Not 0 once an instance was refused more memory. One for all, as one runs at a time; no code of a guest can reach it. */
const refused = new EngineGlobal({ value: "i32", mutable: true }, 0)

/** Whether memory was refused since this was asked last. */
export const takeMemoryRefused = (): boolean => {
  const was = refused.value !== 0
  refused.value = 0
  return was
}

/** What the glue's objects of one instance take. */
const glueBytes = 393_216

/** What memories held at the start, by their order: the same for the instances of one component, and then kept once. */
type Snapshots = Map<number, Snapshot>

const pagesOf = (memory: CoreLinearMemory): number => memory.buffer.byteLength / pageBytes

const instantiate = (
  load: Load,
  glue: Glue,
  imports: Readonly<Record<string, object>>,
  modules: ReadonlyArray<Compiled>,
  known: Snapshots
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
    if (state === null) return linker.instantiate(compiled, object, {})[1]
    const size = state.pages ? sizeOf(importedMemory(object), compiled.minima[0] ?? 0) : undefined
    const extra = size === undefined ? {} : { [state.marker]: { pages: size, refused } }
    const [instance, forGlue] = linker.instantiate(compiled, object, extra)
    for (const [i, name] of state.memories.entries()) {
      const memory = instance.exports[name] as CoreLinearMemory
      memories.push({ memory, most: compiled.maxima[i] ?? 0 })
      if (size !== undefined) sizes.set(memory, size)
    }
    for (const name of state.globals) globals.push(instance.exports[name] as CoreGlobal)
    return forGlue
  }

  const component = linker.run(() => glue.instantiate(coreModule, imports, instantiateCore))
  const handler = (request: unknown): unknown => {
    try {
      return component.handler(request)
    } catch (error) {
      throw linker.failure() ?? error
    }
  }

  const wipe = (): void => {
    for (const { memory } of memories) setBack(memory.buffer, nothing, new WrittenPages())
    for (const global of globals) global.value = typeof global.value === "bigint" ? 0n : 0
  }
  const memoryBytes = (): number =>
    memories.reduce((sum, { memory }) => sum + Number(sizes.get(memory)?.value ?? pagesOf(memory)), 0) * pageBytes

  const obstacleAtStart =
    linker.glueCalls() > 0
      ? "call-at-start"
      : (load.unrestorable ?? (linker.sharesNothingElse() ? null : "shared-with-glue"))
  if (obstacleAtStart !== null) {
    return { handler, memoryBytes, obstacle: () => obstacleAtStart, restore: () => {}, wipe, bytes: () => glueBytes }
  }

  for (const { memory, most } of memories) {
    const size = sizes.get(memory)
    if (size !== undefined) memory.grow(Math.max(0, Math.min(headroomPages, most - pagesOf(memory))))
  }
  const savedMemories = memories.map(({ memory }, i) => {
    const seen = Number(sizes.get(memory)?.value ?? pagesOf(memory)) * pageBytes
    const snapshot = snapshotOf(new Uint8Array(memory.buffer, 0, seen), known.get(i))
    if (!known.has(i)) known.set(i, snapshot)
    return { memory, bytes: memory.buffer.byteLength, snapshot, written: new WrittenPages() }
  })
  const savedGlobals = [...globals, ...sizes.values()].map((global) => ({ global, value: global.value }))
  for (const { global, value } of savedGlobals) global.value = value
  const hasGrown = (): boolean => savedMemories.some(({ memory, bytes }) => memory.buffer.byteLength !== bytes)

  return {
    handler,
    memoryBytes,
    obstacle: () => (linker.unusualCalls() > 0 ? "unusual-call" : hasGrown() ? "memory-grown" : null),
    restore: () => {
      for (const { memory, snapshot, written } of savedMemories) setBack(memory.buffer, snapshot, written)
      for (const { global, value } of savedGlobals) global.value = value
      linker.reset()
    },
    wipe,
    bytes: () => savedMemories.reduce((sum, { snapshot, written }) => sum + snapshot.held + written.bytes, glueBytes)
  }
}

/**
 * Compiles a component's core modules with their memories bounded. Each instance that it then makes has memory of its
 * own, all of it together within the limit, even where a module is instantiated more than once.
 */
export const prepare = (
  load: Load,
  bytes: ReadonlyArray<Uint8Array>,
  glue: Glue,
  imports: Readonly<Record<string, object>>
): (() => GuestInstance) => {
  const modules = load.modules.map((module, i) => {
    const of = bytes[i] ?? new Uint8Array()
    const adapter = hostCallAdapter(of)
    return {
      ...module,
      module: new coreWasm.Module(limitCoreMemories(of, module.maxima)),
      adapter: new coreWasm.Module(adapter.bytes),
      adapted: adapter.imports
    }
  })
  const known: Snapshots = new Map()
  return () => instantiate(load, glue, imports, modules, known)
}
