import { codeUse } from "./CodeUse.ts"
import { type ModuleShape, moduleNames, moduleShape } from "./ModuleShape.ts"
import { isNumeric, type OpenedModule, openModule } from "./OpenModule.ts"

/**
 * Why the state of a component's instances cannot be set back:
 * - `unknown-code`: an instruction or a type that this program does not know, such as those of the garbage collector.
 * - `table-write`, `segment-drop`: its code changes a table, or gives segments up.
 * - `reference-global`: it keeps references or vectors in a global variable that changes.
 * - `several-memories`: code that uses the size of a memory has more than one.
 */
export const unrestorable = [
  "unknown-code",
  "table-write",
  "segment-drop",
  "reference-global",
  "several-memories"
] as const
export type Unrestorable = (typeof unrestorable)[number]

/** A component's core modules with their state in reach, or why that cannot be. */
export type OpenedComponent =
  | { readonly marker: string; readonly modules: ReadonlyArray<OpenedModule> }
  | { readonly unrestorable: Unrestorable }

const freeMarker = (modules: ReadonlyArray<Uint8Array>): string => {
  const used = modules.flatMap(moduleNames)
  let marker = "alga:state"
  while (used.some((name) => name.startsWith(marker))) marker += "+"
  return marker
}

const changesReference = (shape: ModuleShape, sets: ReadonlySet<number>): boolean =>
  shape.globals.some(
    ({ mutable, type }, i) =>
      mutable &&
      !isNumeric(type) &&
      (sets.has(shape.imports.globals + i) ||
        shape.exports.some(({ kind, index }) => kind === 3 && index === shape.imports.globals + i))
  )

/** Brings the state of all core modules of a component into reach. */
export const openComponent = (modules: ReadonlyArray<Uint8Array>): OpenedComponent => {
  try {
    const parts = modules.map((bytes) => {
      const shape = moduleShape(bytes)
      return { bytes, shape, use: codeUse(bytes, shape) }
    })
    for (const { shape, use } of parts) {
      if (use.writesTables) return { unrestorable: "table-write" }
      if (use.dropsSegments) return { unrestorable: "segment-drop" }
      if (changesReference(shape, use.setsGlobals)) return { unrestorable: "reference-global" }
      if (use.sizesMemory && shape.imports.memories + shape.memories > 1) return { unrestorable: "several-memories" }
    }
    const marker = freeMarker(modules)
    return { marker, modules: parts.map(({ bytes, shape, use }) => openModule(bytes, shape, marker, use.sizesMemory)) }
  } catch (error) {
    if (error instanceof RangeError) return { unrestorable: "unknown-code" }
    throw error
  }
}
