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

const listOf = <A>(
  bytes: Uint8Array,
  all: ReadonlyArray<Section>,
  id: number,
  read: (reader: Reader) => A
): ReadonlyArray<A> => {
  const section = all.find((other) => other.id === id)
  if (section === undefined) return []
  const reader = new Reader(bytes, section.body, section.end)
  const list: Array<A> = []
  for (let left = reader.u32(); left > 0; left--) list.push(read(reader))
  return list
}

const importsOf = (bytes: Uint8Array, all: ReadonlyArray<Section>) =>
  listOf(bytes, all, sectionId.import, (reader) => {
    const module = reader.name()
    const name = reader.name()
    return { module, name, kind: importedKind(reader) }
  })

const exportsOf = (bytes: Uint8Array, all: ReadonlyArray<Section>) =>
  listOf(bytes, all, sectionId.export, (reader) => ({ name: reader.name(), kind: reader.u8(), index: reader.u32() }))

/**
 * All names of a core module's imports and exports. Throws a `RangeError` for bytes that are no module, a `TypeError` for
 * names that are not UTF-8.
 */
export const moduleNames = (bytes: Uint8Array): ReadonlyArray<string> => {
  const all = sections(bytes)
  return [
    ...importsOf(bytes, all).flatMap(({ module, name }) => [module, name]),
    ...exportsOf(bytes, all).map(({ name }) => name)
  ]
}

/**
 * Reads what a core module is made of, save its code. Throws a `RangeError` for bytes that are no module, and for types of
 * the garbage collector; a `TypeError` for names that are not UTF-8.
 */
export const moduleShape = (bytes: Uint8Array): ModuleShape => {
  const all = sections(bytes)
  const imports = importsOf(bytes, all)
  const imported = (kind: number): number => imports.filter((entry) => entry.kind === kind).length
  return {
    sections: all,
    types: listOf(bytes, all, sectionId.type, (reader) => skipTypes(reader, 1)).length,
    imports: {
      functions: imported(externKind.function),
      globals: imported(externKind.global),
      memories: imported(externKind.memory)
    },
    functions: listOf(bytes, all, sectionId.function, (reader) => reader.u32()).length,
    memories: listOf(bytes, all, sectionId.memory, skipLimits).length,
    globals: listOf(bytes, all, sectionId.global, (reader) => {
      const type = reader.bytes[reader.at] ?? 0
      reader.skipType()
      const mutable = reader.u8() === 1
      walkExpression(reader, ignoreInstructions)
      return { type, mutable }
    }),
    exports: exportsOf(bytes, all)
  }
}
