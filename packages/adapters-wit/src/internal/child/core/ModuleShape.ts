import { type FunctionType, typeEntry } from "./FunctionTypes.ts"
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

const skipLimits = (reader: Reader): void => {
  const flags = reader.u8()
  if (flags > 7) throw new UnknownInstruction(`limits with flags 0x${flags.toString(16)}`)
  reader.skipNumber()
  if ((flags & 1) !== 0) reader.skipNumber()
}

/** The kind of an import, and the index of its type where it is a function. */
const importedKind = (reader: Reader): { readonly kind: number; readonly type: number } => {
  const kind = reader.u8()
  switch (kind) {
    case externKind.function:
      return { kind, type: reader.u32() }
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
  return { kind, type: -1 }
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
    return { module, name, ...importedKind(reader) }
  })

const exportsOf = (bytes: Uint8Array, all: ReadonlyArray<Section>) =>
  listOf(bytes, all, sectionId.export, (reader) => ({ name: reader.name(), kind: reader.u8(), index: reader.u32() }))

const typesOf = (bytes: Uint8Array, all: ReadonlyArray<Section>): ReadonlyArray<FunctionType | null> =>
  listOf(bytes, all, sectionId.type, typeEntry).flat()

/** The functions that a core module imports, in their order. Throws a `RangeError` for bytes that are no module. */
export const moduleFunctionImports = (
  bytes: Uint8Array
): ReadonlyArray<{ readonly module: string; readonly name: string; readonly type: FunctionType }> => {
  const all = sections(bytes)
  const types = typesOf(bytes, all)
  return importsOf(bytes, all).flatMap(({ kind, module, name, type }) => {
    const of = types[type] ?? null
    return kind === externKind.function && of !== null ? [{ module, name, type: of }] : []
  })
}

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
 * Reads what a core module is made of, except its code. Throws a `RangeError` for bytes that are not a module, a
 * `TypeError` for names that are not UTF-8.
 */
export const moduleShape = (bytes: Uint8Array): ModuleShape => {
  const all = sections(bytes)
  const imports = importsOf(bytes, all)
  const imported = (kind: number): number => imports.filter((entry) => entry.kind === kind).length
  return {
    sections: all,
    types: typesOf(bytes, all).length,
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
