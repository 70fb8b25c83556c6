import { type CodeUse, codeUse } from "./CodeUse.ts"
import { type ModuleShape, moduleNames, moduleShape } from "./ModuleShape.ts"
import { isNumeric, type OpenedModule, openModule } from "./OpenModule.ts"
import type { Unrestorable } from "./Unrestorable.ts"

interface Opened {
  readonly marker: string
  readonly modules: ReadonlyArray<OpenedModule>
}

/**
 * A component's core modules with their state in reach, or why it cannot be reset. Where it cannot, modules whose code is known are
 * opened all the same: so an instance that is refused memory is known too.
 */
export type OpenedComponent =
  | Opened
  | (Opened & { readonly unrestorable: Unrestorable })
  | { readonly unrestorable: Unrestorable }

const longestMarker = 30

const freeMarker = (modules: ReadonlyArray<Uint8Array>): string => {
  const used = modules.flatMap(moduleNames)
  let marker = "alga:state"
  while (used.some((name) => name.startsWith(marker))) marker += "+"
  if (marker.length > longestMarker) throw new RangeError("the modules use names like the host's own")
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

const obstacleIn = (shape: ModuleShape, use: CodeUse): Unrestorable | null => {
  if (use.writesTables) return "table-write"
  if (use.dropsSegments) return "segment-drop"
  return changesReference(shape, use.setsGlobals) ? "reference-global" : null
}

/** A real component has some five. Each is named to the host, and read and written for each request. */
const mostGlobals = 1_000

/** Brings the state of all core modules of a component into reach. */
export const openComponent = (modules: ReadonlyArray<Uint8Array>): OpenedComponent => {
  try {
    const parts = modules.map((bytes) => {
      const shape = moduleShape(bytes)
      return { bytes, shape, use: codeUse(bytes, shape) }
    })
    if (parts.some(({ shape, use }) => use.sizesMemory && shape.imports.memories + shape.memories > 1)) {
      return { unrestorable: "several-memories" }
    }
    const globals = parts.flatMap(({ shape }) =>
      shape.globals.filter(({ mutable, type }) => mutable && isNumeric(type))
    )
    if (globals.length > mostGlobals) return { unrestorable: "many-globals" }
    const marker = freeMarker(modules)
    const obstacle = parts.map(({ shape, use }) => obstacleIn(shape, use)).find((found) => found !== null)
    const opened = parts.map(({ bytes, shape, use }) => openModule(bytes, shape, marker, use.sizesMemory))
    return { marker, modules: opened, ...(obstacle === undefined ? {} : { unrestorable: obstacle }) }
  } catch (error) {
    if (error instanceof RangeError) return { unrestorable: "unknown-code" }
    throw error
  }
}
