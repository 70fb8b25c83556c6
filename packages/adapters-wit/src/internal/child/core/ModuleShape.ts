import { type InstructionVisitor, UnknownInstruction, walkExpression } from "./Instructions.ts"
import { Reader } from "./Reader.ts"
import { type Section, sectionId, sections } from "./Sections.ts"

/** A global variable that a module defines. */
export interface DefinedGlobal {
  /** The first byte of its type. */
  readonly type: number
  readonly mutable: boolean
}

/** What a core module is made of. Indices count imports first, as WebAssembly does. */
export interface ModuleShape {
  readonly sections: ReadonlyArray<Section>
  readonly types: number
  readonly imports: {
    readonly modules: ReadonlyArray<string>
    readonly functions: number
    readonly globals: number
    readonly memories: number
  }
  readonly functions: number
  readonly memories: number
  readonly globals: ReadonlyArray<DefinedGlobal>
  readonly exports: ReadonlyArray<{ readonly name: string; readonly kind: number; readonly index: number }>
}

/** The kinds of imports and exports. */
export const externKind = { function: 0, table: 1, memory: 2, global: 3, tag: 4 } as const

const ignore = (): void => {}

/** Looks at nothing. */
export const ignoreInstructions: InstructionVisitor = {
  globalGet: ignore,
  globalSet: ignore,
  memorySize: ignore,
  memoryGrow: ignore,
  tableWrite: ignore,
  segmentDrop: ignore
}

const functionType = 0x60

const skipLimits = (reader: Reader): void => {
  const flags = reader.u8()
  reader.skipNumber()
  if ((flags & 1) !== 0) reader.skipNumber()
}

const skipTypes = (reader: Reader, count: number): void => {
  for (let i = 0; i < count; i++) {
    if (reader.u8() !== functionType) throw new UnknownInstruction("a type that is not a function")
    for (let list = 0; list < 2; list++) {
      for (let left = reader.u32(); left > 0; left--) reader.skipType()
    }
  }
}

const importedKind = (reader: Reader): number => {
  const kind = reader.u8()
  switch (kind) {
    case externKind.function:
      reader.u32()
      break
    case externKind.table:
      reader.skipType()
      skipLimits(reader)
      break
    case externKind.memory:
      skipLimits(reader)
      break
    case externKind.global:
      reader.skipType()
      reader.u8()
      break
    case externKind.tag:
      reader.u8()
      reader.u32()
      break
    default:
      throw new UnknownInstruction(`an import of kind ${kind}`)
  }
  return kind
}

/**
 * Reads what a core module is made of, save its code. Throws a `RangeError` for bytes that are no module, and for types of
 * the garbage collector.
 */
export const moduleShape = (bytes: Uint8Array): ModuleShape => {
  const all = sections(bytes)
  const listOf = <A>(id: number, read: (reader: Reader) => A): ReadonlyArray<A> => {
    const section = all.find((other) => other.id === id)
    if (section === undefined) return []
    const reader = new Reader(bytes, section.body, section.end)
    return Array.from({ length: reader.u32() }, () => read(reader))
  }
  const types = listOf(sectionId.type, (reader) => skipTypes(reader, 1)).length
  const imports = listOf(sectionId.import, (reader) => {
    const module = reader.name()
    reader.name()
    return { module, kind: importedKind(reader) }
  })
  const imported = (kind: number): number => imports.filter((entry) => entry.kind === kind).length
  return {
    sections: all,
    types,
    imports: {
      modules: imports.map(({ module }) => module),
      functions: imported(externKind.function),
      globals: imported(externKind.global),
      memories: imported(externKind.memory)
    },
    functions: listOf(sectionId.function, (reader) => reader.u32()).length,
    memories: listOf(sectionId.memory, skipLimits).length,
    globals: listOf(sectionId.global, (reader) => {
      const type = reader.bytes[reader.at] ?? 0
      reader.skipType()
      const mutable = reader.u8() === 1
      walkExpression(reader, ignoreInstructions)
      return { type, mutable }
    }),
    exports: listOf(sectionId.export, (reader) => ({ name: reader.name(), kind: reader.u8(), index: reader.u32() }))
  }
}
