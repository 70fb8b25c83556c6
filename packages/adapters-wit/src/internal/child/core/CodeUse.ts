import { walkExpression } from "./Instructions.ts"
import { ignoreInstructions, type ModuleShape } from "./ModuleShape.ts"
import { Reader } from "./Reader.ts"
import { sectionId } from "./Sections.ts"

/** What a module's code does to its state, beside what it keeps in memory. */
export interface CodeUse {
  /** Whether it asks for or changes the size of a memory. */
  readonly sizesMemory: boolean
  readonly writesTables: boolean
  readonly dropsSegments: boolean
  /** Indices of the globals that it sets. */
  readonly setsGlobals: ReadonlySet<number>
}

/** Passes the declarations of local variables at the start of a function's body. */
export const skipLocals = (reader: Reader): void => {
  for (let left = reader.u32(); left > 0; left--) {
    reader.u32()
    reader.skipType()
  }
}

/** Reads all of a module's code. Throws `UnknownInstruction` where it cannot tell. */
export const codeUse = (bytes: Uint8Array, shape: ModuleShape): CodeUse => {
  let sizesMemory = false
  let writesTables = false
  let dropsSegments = false
  const setsGlobals = new Set<number>()
  const visit = {
    ...ignoreInstructions,
    globalSet: (index: number) => void setsGlobals.add(index),
    memorySize: () => {
      sizesMemory = true
    },
    memoryGrow: () => {
      sizesMemory = true
    },
    tableWrite: () => {
      writesTables = true
    },
    segmentDrop: () => {
      dropsSegments = true
    }
  }
  const section = shape.sections.find(({ id }) => id === sectionId.code)
  if (section !== undefined) {
    const reader = new Reader(bytes, section.body, section.end)
    for (let left = reader.u32(); left > 0; left--) {
      const end = reader.u32() + reader.at
      skipLocals(reader)
      walkExpression(reader, visit)
      if (reader.at !== end) throw new RangeError("a function does not end where it says")
    }
  }
  return { sizesMemory, writesTables, dropsSegments, setsGlobals }
}
